"""What becomes of each resource, as a plan in Terraform's JSON form says it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Plan = Mapping[str, Any]
"""What `terraform show -json` makes of a saved plan: https://developer.hashicorp.com/terraform/internals/json-format"""

HOLDS_DATA = frozenset(
    {
        "aws_cognito_user_pool",
        "aws_db_instance",
        "aws_dynamodb_global_table",
        "aws_dynamodb_table",
        "aws_dynamodb_table_replica",
        "aws_efs_file_system",
        "aws_elasticache_global_replication_group",
        "aws_kms_key",
        "aws_kms_replica_key",
        "aws_rds_cluster",
        "aws_rds_cluster_instance",
        "aws_rds_global_cluster",
        "aws_s3_bucket",
    }
)
"""Resource types whose end is the end of somebody's data, or of the key that reads it.

The shop's Redis is not among them: it is rebuilt from the orders.
"""

BY_DANGER = ("replaced", "destroyed", "forgotten", "changed", "added")
"""What can become of a resource, the dangerous first."""

_ACTIONS = {
    ("create",): "added",
    ("update",): "changed",
    ("delete",): "destroyed",
    ("delete", "create"): "replaced",
    ("create", "delete"): "replaced",
    ("forget",): "forgotten",
}


@dataclass(frozen=True)
class Change:
    """One resource and what becomes of it."""

    address: str
    type: str
    action: str
    attributes: tuple[str, ...]
    """What changes; for a replacement, what forces it."""

    @property
    def danger(self) -> int:
        """Its place among changes, the dangerous first."""
        return BY_DANGER.index(self.action)

    @property
    def steps(self) -> int:
        """How often Terraform reports that it is done: a replacement is a destruction and a creation."""
        return 2 if self.action == "replaced" else 1

    @property
    def loses_data(self) -> bool:
        """Whether data that this resource holds would be gone."""
        return self.type in HOLDS_DATA and self.action in {"destroyed", "replaced"}


def changes_of(plan: Plan) -> list[Change]:
    """The changes of managed resources in a plan, the dangerous ones first.

    The form: https://developer.hashicorp.com/terraform/internals/json-format#change-representation
    """
    found = [
        Change(
            address=resource["address"],
            type=resource["type"],
            action=_ACTIONS[tuple(resource["change"]["actions"])],
            attributes=_attributes(resource["change"]),
        )
        for resource in plan.get("resource_changes", [])
        if resource["mode"] == "managed" and tuple(resource["change"]["actions"]) in _ACTIONS
    ]
    return sorted(found, key=lambda change: (change.danger, change.address))


def losses(changes: Iterable[Change]) -> list[Change]:
    """Those among the changes that lose data."""
    return [change for change in changes if change.loses_data]


def _attributes(change: Mapping[str, Any]) -> tuple[str, ...]:
    if replaced_for := change.get("replace_paths"):
        return tuple(sorted({".".join(str(step) for step in path) for path in replaced_for}))
    if change["actions"] != ["update"]:
        return ()
    before, after, unknown = change["before"] or {}, change["after"] or {}, change.get("after_unknown") or {}
    names = before.keys() | after.keys() | unknown.keys()
    return tuple(sorted(name for name in names if before.get(name) != after.get(name) or unknown.get(name)))
