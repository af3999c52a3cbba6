"""`ops plan-summary`: what a plan would do, in a few lines of Markdown a stack, the dangerous part first.

It reads the plans that `make plan` left beside each synthesized stack and says which resources come, change,
go and are made anew.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ops.planning.changes import changes_of, losses
from ops.planning.markdown import COMMENT_LIMIT, StackSummary, TooMuchDangerError, shortened, whole
from ops.planning.saved_plans import NoPlanError, SavedPlans
from ops.teardown.state_resources import TerraformError


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
    comment: Annotated[
        Path | None, typer.Option(help="Write it here too, no longer than a comment on GitHub may be.")
    ] = None,
    whole_is_at: Annotated[
        str, typer.Option(help="What the comment says of where to find the whole.")
    ] = "`make plan-summary`",
) -> None:
    """Say in Markdown what the plans would change; refuse the loss of data unless it is allowed."""
    try:
        stacks = _of_files(plans) if plans else _of_saved(SavedPlans.load())
        typer.echo(whole(stacks))
        if comment:
            comment.write_text(
                shortened(stacks, limit=COMMENT_LIMIT, whole_is_at=whole_is_at), encoding="utf-8"
            )
    except (NoPlanError, TerraformError, TooMuchDangerError) as failure:
        typer.echo(str(failure), err=True)
        raise typer.Exit(1) from None
    if expect_no_change and any(stack.changes or not stack.is_planned for stack in stacks):
        typer.echo("The deployment is not what the code says.", err=True)
        raise typer.Exit(1)
    if not allow_data_loss:
        _refuse_losses(stacks)


def _of_files(files: Sequence[Path]) -> list[StackSummary]:
    return [StackSummary(file.stem, changes_of(json.loads(file.read_text()))) for file in files]


def _of_saved(saved: SavedPlans) -> list[StackSummary]:
    return [
        StackSummary(
            stack,
            changes=changes_of(plan) if plan else (),
            awaited=saved.awaited(stack),
            is_planned=plan is not None,
        )
        for stack, plan in saved.plans.items()
    ]


def _refuse_losses(stacks: Sequence[StackSummary]) -> None:
    lost = [f"{stack.stack}: {change.address}" for stack in stacks for change in losses(stack.changes)]
    if not lost:
        return
    typer.echo(
        "Refused, for data would be lost:\n  "
        + "\n  ".join(lost)
        + "\nIf that is meant, pass --allow-data-loss (the pull request label `allow-data-loss`).",
        err=True,
    )
    raise typer.Exit(1)
