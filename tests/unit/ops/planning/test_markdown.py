import re
from collections.abc import Sequence

import pytest

from ops.planning.changes import Change, changes_of
from ops.planning.losses import HOLDS_DATA
from ops.planning.markdown import COMMENT_LIMIT, StackSummary, SummaryTooLongError, shortened, whole
from tests.support.plans import plan, resource

ELSEWHERE = "https://github.example/run/7"


def many(action: str, number: int, type_: str = "aws_lambda_function") -> list[Change]:
    loss = "data" if type_ in HOLDS_DATA and action in {"replaced", "destroyed"} else ""
    return [Change(f"{type_}.{action}_{each}", type_, action, ("tags",), loss) for each in range(number)]


def short(stacks: Sequence[StackSummary], limit: int = COMMENT_LIMIT) -> str:
    return shortened(stacks, limit=limit, full_summary=ELSEWHERE)


def listed(text: str, action: str) -> int:
    return len(re.findall(rf"^\| {action} \|", text, re.MULTILINE))


def test_markdown_puts_danger_first() -> None:
    text = StackSummary(
        "s",
        changes_of(
            plan(
                resource("aws_lambda_function.a", "create"),
                resource("aws_dynamodb_table.orders", "delete", "create", replace_paths=[["hash_key"]]),
            )
        ),
    ).markdown()
    assert text.index("aws_dynamodb_table.orders") < text.index("aws_lambda_function.a")
    assert "`aws_dynamodb_table.orders` is **replaced**, forced by `hash_key`" in text


def test_markdown_names_removed_routes_that_are_still_served() -> None:
    removed = resource("aws_api_gateway_method.api_listOrders", "delete")
    integration = resource("aws_api_gateway_integration.api_listOrders", "delete")
    text = StackSummary("s", changes_of(plan(removed, integration))).markdown()
    assert "API Gateway serves `aws_api_gateway_method.api_listOrders` until" in text
    assert "increase `info.version`" in text

    whole_api = resource("aws_api_gateway_rest_api.api", "delete")
    added = resource("aws_api_gateway_method.api_listOrders", "create")
    for others in ((removed, whole_api), (added,)):
        assert "until" not in StackSummary("s", changes_of(plan(*others))).markdown()


def test_markdown_names_attributes_without_values() -> None:
    update = resource(
        "aws_secretsmanager_secret_version.v",
        "update",
        before={"secret_string": "hunter2", "id": "1"},
        after={"secret_string": "hunter3", "id": "1"},
        after_unknown={"version_id": True},
    )
    text = StackSummary("s", changes_of(plan(update))).markdown()
    assert "`secret_string`, `version_id`" in text
    assert "hunter" not in text
    assert "`id`" not in text


def test_markdown_without_changes_says_so() -> None:
    assert StackSummary("s").markdown() == "### `s`: nothing changes\n"


def test_markdown_names_awaited_stacks() -> None:
    text = StackSummary("edge", many("changed", 1), awaited=["eu-west-1", "us-west-2"]).markdown()
    assert "again when `eu-west-1`, `us-west-2` are deployed" in text


def test_shortened_below_limit_is_whole() -> None:
    stacks = [StackSummary("a", many("added", 5)), StackSummary("b")]
    assert short(stacks) == whole(stacks)
    assert short(stacks, limit=len(whole(stacks))) == whole(stacks)


def test_shortened_counts_left_out_changes() -> None:
    text = short([StackSummary("a", many("changed", 20) + many("added", 2000)), StackSummary("b")])
    assert len(text) <= COMMENT_LIMIT
    assert len(text) > COMMENT_LIMIT - 200, "as much as fits is there"
    assert ELSEWHERE in text[: text.index("### `a`")]
    assert f"| left out | {2000 - listed(text, 'added')} added |" in text
    assert "### `a`: 2000 added, 20 changed" in text
    assert "### `b`: nothing changes" in text


@pytest.mark.parametrize("kept", ["replaced", "destroyed", "forgotten", "changed"])
def test_shortened_leaves_out_additions_first(kept: str) -> None:
    text = short([StackSummary("a", many("added", 2000)), StackSummary("b", many(kept, 50))])
    assert listed(text, kept) == 50
    assert 0 < listed(text, "added") < 2000


@pytest.mark.parametrize("action", ["replaced", "destroyed"])
def test_shortened_keeps_losses(action: str) -> None:
    lost = many(action, 40, "aws_dynamodb_table")
    stacks = [StackSummary("a", many("replaced", 1000)), StackSummary("b", lost + many("added", 1000))]
    smallest = next(limit for limit in range(0, COMMENT_LIMIT, 100) if _fits(stacks, limit))
    for limit in (smallest, COMMENT_LIMIT):
        text = short(stacks, limit)
        assert len(text) <= limit
        assert all(f"> `{change.address}` is **{action}**" in text for change in lost)


def _fits(stacks: Sequence[StackSummary], limit: int) -> bool:
    try:
        short(stacks, limit)
    except SummaryTooLongError:
        return False
    return True


def test_shortened_with_too_many_losses_raises() -> None:
    with pytest.raises(SummaryTooLongError, match=ELSEWHERE):
        short([StackSummary("a", many("destroyed", 2000, "aws_s3_bucket"))])
