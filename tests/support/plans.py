"""Plans in Terraform's JSON format, with the fields that the commands read."""

from typing import Any


def resource(address: str, *actions: str, **change: Any) -> dict[str, Any]:
    return {
        "address": address,
        "type": address.split(".")[0],
        "mode": "managed",
        "change": {"actions": list(actions), "before": None, "after": None, **change},
    }


def plan(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"format_version": "1.2", "resource_changes": list(resources)}
