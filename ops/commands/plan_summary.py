"""`ops plan-summary`: the saved plans as Markdown for a review, dangerous changes first."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ops.checkout_lock import checkout_lock
from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.errors import RefusedError
from ops.planning.changes import Change, changes_of, losses, outdated_functions
from ops.planning.markdown import COMMENT_LIMIT, StackSummary, shortened, whole
from ops.planning.saved_plans import SavedPlans, outdated_aliases, removed_regions
from stacks.settings import Settings


def plan_summary(
    plans: Annotated[
        list[Path] | None,
        typer.Argument(help="Results of `terraform show -json`; without any, the plans of `make plan`."),
    ] = None,
    settings: SettingsOption = DEFAULT_SETTINGS,
    allow_data_loss: Annotated[
        bool, typer.Option("--allow-data-loss", help="Accept the loss of data, protection or reachability.")
    ] = False,
    expect_no_change: Annotated[
        bool, typer.Option("--expect-no-change", help="Fail if anything differs: the check for drift.")
    ] = False,
    comment: Annotated[
        Path | None, typer.Option(help="Also write it here, no longer than a comment on GitHub may be.")
    ] = None,
    full_summary: Annotated[
        str, typer.Option(help="Link to the full summary, for a shortened comment.")
    ] = "`make plan-summary`",
) -> None:
    """Print the changes of the plans as Markdown; exits 1 for a loss that is not allowed."""
    stacks = _of_files(plans) if plans else _of_saved(Settings.load(settings))
    typer.echo(whole(stacks))
    if comment:
        text = shortened(stacks, limit=COMMENT_LIMIT, full_summary=full_summary)
        comment.write_text(text, encoding="utf-8")
    if expect_no_change:
        _refuse_differences(stacks)
    if not allow_data_loss:
        _refuse_losses(stacks)


def _of_files(files: Sequence[Path]) -> list[StackSummary]:
    plans = {file.stem: json.loads(file.read_text()) for file in files}
    return [
        StackSummary(stack, changes_of(plan), outdated=outdated_functions(plan))
        for stack, plan in plans.items()
    ]


def _of_saved(settings: Settings) -> list[StackSummary]:
    with checkout_lock("plan-summary"):
        saved = SavedPlans.load(settings)
    removed = removed_regions(saved.plans, settings)
    outdated = outdated_aliases(saved.plans, settings)
    summaries = [
        StackSummary(
            stack,
            changes=changes_of(plan) if plan else (),
            awaited=saved.awaited(stack),
            is_planned=plan is not None,
            reason=saved.reason(stack),
            outdated=outdated.get(stack, ()),
        )
        for stack, plan in saved.plans.items()
    ]
    return [*summaries, *(_still_deployed(region, settings) for region in removed)]


def _still_deployed(region: str, settings: Settings) -> StackSummary:
    """A region that left `regions`: no plan contains its stacks, which stay in AWS and cost money."""
    stack = f"{settings.name}-{region}"
    loss = f"not in `regions` any more, and still deployed: make remove-region REGION={region}"
    return StackSummary(stack, [Change(stack, "region", "unknown", loss=loss)])


def _refuse_differences(stacks: Sequence[StackSummary]) -> None:
    if any(stack.changes or not stack.is_planned for stack in stacks):
        raise RefusedError("The deployment differs from the code.")
    if outdated := [f"{stack.stack}: {', '.join(stack.outdated)}" for stack in stacks if stack.outdated]:
        raise RefusedError(
            "The newest versions of these functions do not get all requests. CodeDeploy has rolled them back, or did "
            "not come to their region:\n  "
            + "\n  ".join(outdated)
            + "\nmake apply, make deploy and a new run of the workflow `apply` try them again."
        )


def _refuse_losses(stacks: Sequence[StackSummary]) -> None:
    lost = [
        f"{stack.stack}: {change.address} is {change.action}: {change.loss}"
        for stack in stacks
        for change in losses(stack.changes)
    ]
    if lost:
        raise RefusedError(
            "Refused, because data, protection or reachability would be lost, or what happens is not known:\n  "
            + "\n  ".join(lost)
            + "\nTo accept that: --allow-data-loss (the pull request label `allow-data-loss`)."
        )
