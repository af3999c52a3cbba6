"""What Terraform holds in its states, stack by stack."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops import cdktf
from ops.planning.changes import HOLDS_DATA
from stacks.settings import Settings


class TerraformError(Exception):
    """Terraform failed; the message is the end of what it said, with the stack's name."""


@dataclass(frozen=True)
class Held:
    """A resource as the state knows it."""

    type: str
    address: str
    region: str
    values: Mapping[str, Any]

    @property
    def holds_data(self) -> bool:
        """Whether somebody's data goes with it."""
        return self.type in HOLDS_DATA

    @property
    def name(self) -> str:
        """What people call it."""
        return str(next(filter(None, map(self.values.get, ("bucket", "name", "id"))), self.address))


def stacks_in_reverse() -> list[str]:
    """The synthesized stacks, each before those that it needs."""
    return cdktf.stack_order(cdktf.synthesized_folder())[::-1]


def state_region(stack: str, settings: Settings) -> str:
    """The region whose bucket holds the state of a stack: its own, or the first where it is of no region."""
    part = stack.removeprefix(f"{settings.name}-")
    return part if part in settings.regions else settings.primary


def held(stack: str) -> list[Held]:
    """The managed resources of a stack's state; none when it was never deployed.

    Raises TerraformError when the state cannot be read.
    """
    terraform(stack, "init", "-input=false", "-no-color", "-reconfigure")
    shown = json.loads(terraform(stack, "show", "-json"))
    root = shown.get("values", {}).get("root_module", {})
    return [
        Held(each["type"], each["address"], _region(each["values"]), each["values"])
        for each in root.get("resources", [])
        if each["mode"] == "managed"
    ]


def summary(resources: list[Held]) -> Iterator[str]:
    """Lines that tell what would go: what holds data by name, the rest by number."""
    for each in resources:
        if each.holds_data:
            yield f"  {each.type} {each.name}, with all data in it"
    others = Counter(each.type for each in resources if not each.holds_data)
    if others:
        yield "  " + ", ".join(f"{count} {type_}" for type_, count in sorted(others.items()))


def terraform(stack: str, *arguments: str) -> str:
    """Run Terraform in a stack's folder. Raises TerraformError with what it said."""
    folder: Path = cdktf.synthesized_folder() / "stacks" / stack
    run = subprocess.run(
        ["terraform", f"-chdir={folder}", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise TerraformError(f"{stack}: {(run.stderr or run.stdout).strip()[-2000:]}")
    return run.stdout


def _region(values: Mapping[str, Any]) -> str:
    """The region in a resource's ARN; empty for what has none."""
    arn = str(values.get("arn") or values.get("global_table_arn") or "").split(":")
    return arn[3] if len(arn) > 3 else ""
