"""Plans as Markdown for a pull request: a few lines for each stack, dangerous changes first.

Attributes are named without their values: more people read a pull request than may read the state.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ops.errors import OperatorError
from ops.planning.changes import BY_DANGER, Change, losses

COMMENT_LIMIT = 65_536
"""The most characters in a comment on GitHub. GitHub refuses a longer one."""

SERVED_FROM_A_COPY = frozenset({"aws_api_gateway_gateway_response", "aws_api_gateway_method"})
"""Types that a deployment of API Gateway copies. Terraform makes the new deployment before it destroys them."""


class SummaryTooLongError(OperatorError):
    """The dangerous changes alone are longer than a comment may be. They are never left out."""


@dataclass(frozen=True)
class StackSummary:
    """The planned changes of one stack."""

    stack: str
    changes: Sequence[Change] = ()
    """Dangerous ones first."""
    awaited: Sequence[str] = ()
    """The stacks that change before this one, which is then planned again."""
    is_planned: bool = True
    reason: str = ""
    """Reason that it has no plan."""
    outdated: Sequence[str] = ()
    """The functions whose alias serves an older version. An apply lets CodeDeploy move their traffic."""

    def markdown(self, rows: int | None = None) -> str:
        """A headline, the dangerous changes, and a folded table of the first `rows` changes, or of all."""
        lines = [f"### `{self.stack}`: {self._headline}", ""]
        if self.awaited:
            lines += [f"Planned and shown again when {_code(self.awaited)} {_is(self.awaited)} deployed.", ""]
        if self.outdated:
            lines += [f"Traffic moves to the newest version of {_code(self.outdated)}.", ""]
        if still_served := self._still_served:
            lines += [
                f"API Gateway serves {_code(still_served)} until the deployment after this one: then increase "
                "`info.version` in `api/openapi.yaml` and deploy again (CONTRIBUTING.md, *A removed route*).",
                "",
            ]
        if not self.is_planned and "\n" in self.reason:
            lines += ["```text", self.reason, "```", ""]
        if endangered := losses(self.changes):
            lines += ["> [!CAUTION]", *(_warning(change) for change in endangered), ""]
        if self.changes:
            lines += [
                "<details><summary>Every change</summary>",
                "",
                "| | resource | what |",
                "| --- | --- | --- |",
            ]
            lines += [_row(change) for change in self.changes[:rows]]
            if rows is not None and (left := self.changes[rows:]):
                lines.append(f"| left out | {_counts(left)} | |")
            lines += ["", "</details>", ""]
        return "\n".join(lines)

    @property
    def _still_served(self) -> list[str]:
        """The removed parts of an API that stays."""
        destroyed = [change for change in self.changes if change.action == "destroyed"]
        if any(change.type == "aws_api_gateway_rest_api" for change in destroyed):
            return []
        return [change.address for change in destroyed if change.type in SERVED_FROM_A_COPY]

    @property
    def _headline(self) -> str:
        if not self.is_planned:
            return self.reason.partition("\n")[0] or "not planned"
        if self.outdated and not self.changes:
            return "new versions of functions get traffic"
        return _counts(self.changes) if self.changes else "nothing changes"


def whole(stacks: Sequence[StackSummary]) -> str:
    """Every stack with every change."""
    return "\n".join(stack.markdown() for stack in stacks)


def shortened(stacks: Sequence[StackSummary], *, limit: int, full_summary: str) -> str:
    """The same in `limit` characters. Additions are left out first, then changes, and dangerous changes never.

    Raises SummaryTooLongError where those alone are longer.
    """
    text = whole(stacks)
    if len(text) <= limit:
        return text
    shown = dict.fromkeys((stack.stack for stack in stacks), 0)
    left = limit - len(_cut(stacks, shown, full_summary))
    if left < 0:
        raise SummaryTooLongError(
            f"the dangerous changes alone are longer than {limit} characters; the full summary: {full_summary}"
        )
    for stack, change in _by_danger(stacks):
        left -= len(_row(change)) + 1
        if left < 0:
            break
        shown[stack.stack] += 1
    return _cut(stacks, shown, full_summary)


def _cut(stacks: Sequence[StackSummary], shown: dict[str, int], full_summary: str) -> str:
    """One more change in `shown` adds that change's row at most."""
    notice = f"> [!IMPORTANT]\n> Too long for one comment: some changes are only counted. All of them: {full_summary}\n"
    return "\n".join([notice, *(stack.markdown(shown[stack.stack]) for stack in stacks)])


def _by_danger(stacks: Sequence[StackSummary]) -> list[tuple[StackSummary, Change]]:
    """The changes of all stacks, dangerous ones first."""
    every = [(stack, change) for stack in stacks for change in stack.changes]
    return sorted(every, key=lambda each: each[1].danger)


def _counts(changes: Iterable[Change]) -> str:
    counts = Counter(change.action for change in changes)
    return ", ".join(f"{counts[action]} {action}" for action in reversed(BY_DANGER) if counts[action])


def _warning(change: Change) -> str:
    forced = change.action in {"replaced", "recreated"} and change.attributes
    because = f", forced by {_code(change.attributes)}" if forced else ""
    return f"> `{change.address}` is **{change.action}**{because}: {change.loss}"


def _row(change: Change) -> str:
    return f"| {change.action} | `{change.address}` | {_code(change.attributes)} |"


def _code(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
