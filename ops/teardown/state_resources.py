"""The resources in Terraform's states, stack by stack."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.planning.losses import HOLDS_DATA
from ops.terraform.process import Terraform
from stacks.settings import Settings


@dataclass(frozen=True)
class StateResource:
    """A managed resource in a state. `values` are its attributes; `region` is empty where its ARN has none."""

    type: str
    address: str
    region: str
    values: Mapping[str, Any]

    @property
    def holds_data(self) -> bool:
        """Whether data is deleted with it."""
        return self.type in HOLDS_DATA

    @property
    def name(self) -> str:
        """Its name in AWS, or its address."""
        return str(next(filter(None, map(self.values.get, ("bucket", "name", "id"))), self.address))


def state_region(stack: str, settings: Settings) -> str:
    """The region whose bucket holds the state of a stack: its own, or the first where it belongs to none."""
    return settings.stack_regions.get(stack.removeprefix(f"{settings.name}-"), settings.primary)


def state_resources(stack: str) -> list[StateResource]:
    """The managed resources of a stack; none when it was never deployed.

    Raises TerraformError when the state cannot be read, UnsavedStateError when a newer one could not be written.
    """
    terraform = Terraform(stack)
    terraform.check_saved()
    terraform.prepare()
    shown = json.loads(terraform.text("show", "-json"))
    root = shown.get("values", {}).get("root_module", {})
    return [
        StateResource(each["type"], each["address"], _region(each["values"]), each["values"])
        for each in root.get("resources", [])
        if each["mode"] == "managed"
    ]


def summary(resources: Iterable[StateResource], *, data: str = "with all data in it") -> Iterator[str]:
    """Lines for a confirmation: resources with data by name and with the text `data`, the others by number."""
    for each in resources:
        if each.holds_data:
            yield f"  {each.type} {each.name}, {data}"
    others = Counter(each.type for each in resources if not each.holds_data)
    if others:
        yield "  " + ", ".join(f"{count} {type_}" for type_, count in sorted(others.items()))


def _region(values: Mapping[str, Any]) -> str:
    """The region in a resource's ARN."""
    arn = str(values.get("arn") or values.get("global_table_arn") or "").split(":")
    return arn[3] if len(arn) > 3 else ""
