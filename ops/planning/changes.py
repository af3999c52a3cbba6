"""Changes of a plan in Terraform's JSON form. Anything that this module does not know counts as a loss, so a
reviewer must accept it.

https://developer.hashicorp.com/terraform/internals/json-format
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.planning.losses import loss_of

Plan = Mapping[str, Any]
"""The output of `terraform show -json` for a saved plan."""

BY_DANGER = (
    "unknown",
    "replaced",
    "destroyed",
    "recreated",
    "forgotten",
    "deferred",
    "changed",
    "drifted",
    "imported",
    "moved",
    "added",
)
"""Actions of a plan on a resource, dangerous first. `recreated`: a new one is made, the old one left unmanaged."""

_ACTIONS = {
    ("create",): "added",
    ("update",): "changed",
    ("delete",): "destroyed",
    ("delete", "create"): "replaced",
    ("create", "delete"): "replaced",
    ("forget",): "forgotten",
    ("create", "forget"): "recreated",
    ("forget", "create"): "recreated",
}
_KNOWN_PARTS = frozenset(
    {
        "applyable",
        "checks",
        "complete",
        "configuration",
        "deferred_changes",
        "errored",
        "format_version",
        "output_changes",
        "planned_values",
        "prior_state",
        "relevant_attributes",
        "resource_changes",
        "resource_drift",
        "terraform_version",
        "timestamp",
        "variables",
    }
)


@dataclass(frozen=True)
class Change:
    """One resource or output, and what the plan does to it."""

    address: str
    type: str
    action: str
    attributes: tuple[str, ...] = ()
    """The names that change; for a replacement, the names that force it."""
    loss: str = ""
    """Lost data, protection or reachability. Empty if no loss is known."""

    @property
    def danger(self) -> int:
        """Its place in a list, dangerous first."""
        return BY_DANGER.index(self.action)

    @property
    def steps(self) -> int:
        """How many operations Terraform reports for it: a replacement is a destruction and a creation."""
        if self.type == "output" or self.action not in _ACTIONS.values():
            return 0
        return 2 if self.action == "replaced" else 1

    @property
    def stops(self) -> bool:
        """Whether a reviewer must accept it explicitly."""
        return bool(self.loss) or self.action == "unknown"


def changes_of(plan: Plan) -> list[Change]:
    """Everything that the plan does, dangerous changes first. Empty only where applying it changes nothing."""
    found = [
        *_unknown_parts(plan),
        *_resource_changes(plan),
        *(_output(name, change) for name, change in plan.get("output_changes", {}).items()),
    ]
    found = [change for change in found if change.action != "no-op"]
    if plan.get("applyable") and not found:
        found = [_drift(resource) for resource in plan.get("resource_drift", [])] or [
            Change("the plan", "plan", "unknown", loss="Terraform would apply it, and does not say why")
        ]
    return sorted(found, key=lambda change: (not change.stops, change.danger, change.address))


def losses(changes: Iterable[Change]) -> list[Change]:
    """The changes that a reviewer must accept explicitly."""
    return [change for change in changes if change.stops]


def outdated_functions(plan: Plan) -> list[str]:
    """The functions of which an alias serves another version than the newest one, in the state before the plan."""
    module = plan.get("prior_state", {}).get("values", {}).get("root_module", {})
    newest, served = {}, {}
    for resource in module.get("resources", []):
        values = resource["values"]
        if resource["type"] == "aws_lambda_function":
            newest[values["function_name"]] = values["version"]
        elif resource["type"] == "aws_lambda_alias":
            served[values["function_name"]] = values["function_version"]
    return sorted(name for name, version in served.items() if newest.get(name, version) != version)


def _unknown_parts(plan: Plan) -> Iterator[Change]:
    """Parts of a newer format, such as the actions of Terraform 1.14."""
    for name in sorted(plan.keys() - _KNOWN_PARTS):
        if plan[name]:
            yield Change(name, "plan", "unknown", loss="this version cannot read that part of a plan")
    version = str(plan.get("format_version", ""))
    if not version.startswith("1."):
        yield Change("format_version", "plan", "unknown", loss=f"plans of format {version!r} are not known")
    if plan.get("errored"):
        yield Change("the plan", "plan", "unknown", loss="planning failed, so the plan is incomplete")


def _resource_changes(plan: Plan) -> Iterator[Change]:
    for resource in plan.get("resource_changes", []):
        yield _resource(resource)
    for deferred in plan.get("deferred_changes", []):
        change = _resource(deferred["resource_change"])
        yield Change(change.address, change.type, "deferred", change.attributes, change.loss)


def _resource(resource: Mapping[str, Any]) -> Change:
    change, address, type_ = resource["change"], resource["address"], resource["type"]
    if deposed := resource.get("deposed"):
        address = f"{address} (deposed {deposed})"
    if resource.get("mode") == "data":
        return Change(address, type_, "no-op")
    action = _action(resource)
    if action == "unknown":
        return Change(address, type_, action, loss=f"the action {'+'.join(change['actions'])} is not known")
    return Change(address, type_, action, _attributes(change), loss_of(type_, action, change))


def _action(resource: Mapping[str, Any]) -> str:
    actions = tuple(resource["change"]["actions"])
    if actions in _ACTIONS:
        return _ACTIONS[actions]
    if actions not in {("no-op",), ("read",)}:
        return "unknown"
    if resource["change"].get("importing"):
        return "imported"
    was = resource.get("previous_address")
    return "moved" if was and was != resource["address"] else "no-op"


def _output(name: str, change: Mapping[str, Any]) -> Change:
    actions = tuple(change["actions"])
    action = "no-op" if actions == ("no-op",) else _ACTIONS.get(actions, "unknown")
    return Change(f"output.{name}", "output", action)


def _drift(resource: Mapping[str, Any]) -> Change:
    """A resource that was changed outside Terraform; applying the plan records that in the state."""
    return Change(resource["address"], resource["type"], "drifted", _attributes(resource["change"]))


def _attributes(change: Mapping[str, Any]) -> tuple[str, ...]:
    if replaced_for := change.get("replace_paths"):
        return tuple(sorted({".".join(str(step) for step in path) for path in replaced_for}))
    if change["actions"] != ["update"]:
        return ()
    before, after, unknown = change["before"] or {}, change["after"] or {}, change.get("after_unknown") or {}
    names = before.keys() | after.keys() | unknown.keys()
    return tuple(sorted(name for name in names if before.get(name) != after.get(name) or unknown.get(name)))
