"""The progress of one stack, from the events that `terraform ... -json` prints.

https://developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self


class Phase(StrEnum):
    """How far a stack is."""

    WAITING = "waiting"
    PREPARING = "preparing"
    PLANNING = "planning"
    APPLYING = "applying"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "not started"
    STOPPED = "stopped"


ENDED = frozenset({Phase.DONE, Phase.FAILED, Phase.SKIPPED, Phase.STOPPED})


@dataclass(frozen=True)
class StateLock:
    """Holder of the lock of a state, as Terraform prints it."""

    id: str
    who: str
    created: str
    operation: str

    @classmethod
    def parse(cls, detail: str) -> Self | None:
        """From the detail of the error; None where it contains no lock."""
        named = re.search(r'lock ID: "([^"]+)"', detail)
        fields = dict(re.findall(r"^\s*(ID|Who|Created|Operation):[ \t]*(.*?)\s*$", detail, re.MULTILINE))
        # HCP Terraform names the workspace; the fields then describe this command and not the holder.
        if named and "workspace already locked" in detail:
            return cls(id=named[1], who="another run in HCP Terraform", created="", operation="")
        if not fields.get("ID"):
            return None
        return cls(
            id=fields["ID"],
            who=fields.get("Who", ""),
            created=fields.get("Created", ""),
            operation=fields.get("Operation", ""),
        )

    def __str__(self) -> str:
        operation = self.operation.removeprefix("OperationType").lower()
        since = f" since {self.created}" if self.created else ""
        return f"{self.who or 'someone'}{since}" + (f" ({operation})" if operation else "")


@dataclass(frozen=True)
class Diagnostic:
    """One error of Terraform. `address` is the resource's, `code` the line of configuration that it names."""

    summary: str
    detail: str = ""
    address: str = ""
    code: str = ""

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> Self:
        """From a `diagnostic` event."""
        diagnostic = event["diagnostic"]
        snippet = diagnostic.get("snippet") or {}
        return cls(
            summary=diagnostic.get("summary", ""),
            detail=diagnostic.get("detail", ""),
            address=diagnostic.get("address", ""),
            code=f"{snippet.get('context') or ''} {snippet.get('code') or ''}",
        )

    @property
    def lock(self) -> StateLock | None:
        """The lock that stopped the command, if that is the error."""
        return StateLock.parse(self.detail) if "acquiring the state lock" in self.summary else None

    @property
    def needs_a_deployment(self) -> bool:
        """Whether a stack that this one reads was never deployed, or not since it has a new output."""
        if "Unable to find remote state" in self.summary:
            return True
        is_missing = "does not have an attribute named" in self.detail
        return is_missing and "terraform_remote_state" in self.code

    def __str__(self) -> str:
        where = f"  with {self.address}" if self.address else ""
        return "\n".join(filter(None, [f"Error: {self.summary}", where, self.detail]))


@dataclass
class StackProgress:
    """Progress of one stack while it runs. `planned` counts changes, `finished` those that are made."""

    name: str
    phase: Phase = Phase.WAITING
    planned: int = 0
    finished: int = 0
    busy: dict[str, None] = field(default_factory=dict)
    errors: list[Diagnostic] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    """Output that is not JSON, as from a crash."""
    has_changes: bool = False
    """After a plan: whether applying it would change anything."""
    note: str = ""
    """Reason that the stack was not started."""
    unsaved: str = ""
    """The message of UnsavedStateError, if Terraform could not write the state."""
    outputs: dict[str, Any] = field(default_factory=dict)
    """After an apply: the values of the outputs that are not sensitive."""

    def take(self, event: Mapping[str, Any]) -> None:
        """Update from one event."""
        # Reading a data source is reported as an apply, during the plan as well.
        is_read = event.get("hook", {}).get("action") == "read"
        match "refresh_start" if is_read else event.get("type"):
            case "init_output":
                self.phase = Phase.PREPARING
            case "refresh_start" | "planned_change" | "resource_drift":
                if self.phase in {Phase.WAITING, Phase.PREPARING}:
                    self.phase = Phase.PLANNING
            case "change_summary":
                self._take_summary(event["changes"])
            case "outputs":
                self.outputs = {
                    name: each["value"] for name, each in event["outputs"].items() if "value" in each
                }
            case "apply_start":
                self.phase = Phase.APPLYING
                self.busy[_address(event)] = None
            case "apply_complete":
                self.finished += 1
                self.busy.pop(_address(event), None)
            case "apply_errored":
                self.busy.pop(_address(event), None)
            case "diagnostic" if event["diagnostic"].get("severity") == "error":
                self.errors.append(Diagnostic.of(event))
            case "text":
                self.text.append(str(event["@message"]))

    def _take_summary(self, changes: Mapping[str, Any]) -> None:
        if changes.get("operation") == "plan":
            self.planned = sum(int(changes.get(action, 0)) for action in ("add", "change", "remove"))

    @property
    def lock(self) -> StateLock | None:
        """The lock that another command holds on this stack's state."""
        return next((error.lock for error in self.errors if error.lock), None)

    def account(self) -> str:
        """The stack's name and outcome, for the end of a command."""
        return f"{self.name}: {self.outcome()}"

    def outcome(self) -> str:
        """The outcome in one line or more."""
        reasons = [_with_remedy(self.name, error) for error in self.errors] or self.text[-20:]
        note = f": {self.note}" if self.note else ""
        return "\n".join(filter(None, [f"{self.phase}{note}", *reasons, self.unsaved]))


def _with_remedy(stack: str, error: Diagnostic) -> str:
    if lock := error.lock:
        return (
            f"Error: the state is locked by {lock}. Wait for that command; if it has ended without removing its "
            f"lock: make unlock STACK={stack}"
        )
    if error.summary == "Provider configuration not present":
        return (
            f"{error}\nIn this checkout the resource belongs to another stack: docs/adr/0009 has the steps to move it. "
            "On one machine: make down, then make up"
        )
    return str(error)


def _address(event: Mapping[str, Any]) -> str:
    return str(event["hook"]["resource"]["addr"])
