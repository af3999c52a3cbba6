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


def versions(function: str, *, newest: str, alias: str | None) -> list[dict[str, Any]]:
    """A function in a state, and its alias if there is one."""
    values = {"function_name": function, "version": newest}
    found = [{"type": "aws_lambda_function", "mode": "managed", "values": values}]
    if alias:
        served = {"function_name": function, "function_version": alias}
        found.append({"type": "aws_lambda_alias", "mode": "managed", "values": served})
    return found


def prior_state(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"values": {"root_module": {"resources": list(resources)}}}
