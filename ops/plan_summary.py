"""`ops plan-summary`: what a plan would do, in a few lines of Markdown a stack, the dangerous part first.

It reads the plans that `make plan` left beside each synthesized stack and says which resources come, change,
go and are made anew. It names attributes, never values: a summary ends up in a pull request.
"""

import json
import subprocess
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from ops.cdktf import synthesized_folder
from ops.plan import PLAN_FILE

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

_ACTIONS = {
    ("create",): "added",
    ("update",): "changed",
    ("delete",): "destroyed",
    ("delete", "create"): "replaced",
    ("create", "delete"): "replaced",
    ("forget",): "forgotten",
}

_ORDER = ("replaced", "destroyed", "forgotten", "changed", "added")


@dataclass(frozen=True)
class Change:
    """One resource and what becomes of it."""

    address: str
    type: str
    action: str
    attributes: tuple[str, ...]
    """What changes; for a replacement, what forces it."""

    @property
    def loses_data(self) -> bool:
        """Whether data that this resource holds would be gone."""
        return self.type in HOLDS_DATA and self.action in {"destroyed", "replaced"}


def plan_summary(
    plans: Annotated[
        list[Path] | None,
        typer.Argument(help="Results of `terraform show -json`; without any, the plans beside the stacks."),
    ] = None,
    allow_data_loss: Annotated[
        bool, typer.Option("--allow-data-loss", help="Let a table, user pool, database or bucket go.")
    ] = False,
    expect_no_change: Annotated[
        bool, typer.Option("--expect-no-change", help="Fail if anything differs: the check for drift.")
    ] = False,
) -> None:
    """Say in Markdown what the plans would change; refuse the loss of data unless it is allowed."""
    shown = {path.stem: _read(path) for path in plans} if plans else dict(_saved_plans())
    if not shown:
        typer.echo(f"No plan in {synthesized_folder()}: run `make plan` first.", err=True)
        raise typer.Exit(1)
    changes = {stack: changes_of(plan) for stack, plan in shown.items()}
    typer.echo("\n".join(markdown(stack, found) for stack, found in changes.items()))
    for stack in [] if plans else _unplanned():
        typer.echo(f"### `{stack}`: cannot be planned before the stacks that it reads from are deployed\n")
    if expect_no_change and any(changes.values()):
        typer.echo("The deployment is not what the code says.", err=True)
        raise typer.Exit(1)
    lost = [f"{stack}: {change.address}" for stack, found in changes.items() for change in losses(found)]
    if lost and not allow_data_loss:
        typer.echo(
            "Refused, for data would be lost:\n  "
            + "\n  ".join(lost)
            + "\nIf that is meant, pass --allow-data-loss (the pull request label `allow-data-loss`).",
            err=True,
        )
        raise typer.Exit(1)


def changes_of(plan: dict[str, Any]) -> list[Change]:
    """The changes of managed resources in the JSON form of a plan, the dangerous ones first.

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
    return sorted(found, key=lambda change: (_ORDER.index(change.action), change.address))


def losses(changes: Iterable[Change]) -> list[Change]:
    """Those among the changes that lose data."""
    return [change for change in changes if change.loses_data]


def markdown(stack: str, changes: list[Change]) -> str:
    """One stack's summary: a headline, what endangers data, then everything else folded into a table."""
    if not changes:
        return f"### `{stack}`: nothing changes\n"
    counts = Counter(change.action for change in changes)
    headline = ", ".join(f"{counts[action]} {action}" for action in reversed(_ORDER) if counts[action])
    lines = [f"### `{stack}`: {headline}", ""]
    if endangered := losses(changes):
        lines.append("> [!CAUTION]")
        lines += [f"> `{change.address}` is **{change.action}**{_because(change)}" for change in endangered]
        lines.append("")
    lines += ["<details><summary>Every change</summary>", "", "| | resource | what |", "| --- | --- | --- |"]
    lines += [f"| {change.action} | `{change.address}` | {_code(change.attributes)} |" for change in changes]
    return "\n".join([*lines, "", "</details>", ""])


def _because(change: Change) -> str:
    return f", forced by {_code(change.attributes)}" if change.attributes else ""


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _attributes(change: dict[str, Any]) -> tuple[str, ...]:
    if replaced_for := change.get("replace_paths"):
        return tuple(sorted({".".join(str(step) for step in path) for path in replaced_for}))
    if change["actions"] != ["update"]:
        return ()
    before, after, unknown = change["before"] or {}, change["after"] or {}, change.get("after_unknown") or {}
    names = before.keys() | after.keys() | unknown.keys()
    return tuple(sorted(name for name in names if before.get(name) != after.get(name) or unknown.get(name)))


def _read(path: Path) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads(path.read_text())
    return plan


def _saved_plans() -> Iterable[tuple[str, dict[str, Any]]]:
    for saved in sorted((synthesized_folder() / "stacks").glob(f"*/{PLAN_FILE}")):
        shown = subprocess.run(
            ["terraform", f"-chdir={saved.parent}", "show", "-json", PLAN_FILE],
            check=True,
            capture_output=True,
            text=True,
        )
        yield saved.parent.name, json.loads(shown.stdout)


def _unplanned() -> list[str]:
    """Stacks that wait for those they read from: on a first deployment only the global stack can be planned."""
    folders = sorted((synthesized_folder() / "stacks").iterdir())
    return [folder.name for folder in folders if not (folder / PLAN_FILE).exists()]
