"""The commands that docs/walkthrough prints, and those that a rehearsal leaves out."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from localcloud.layout import ROOT

WALKTHROUGH = ROOT / "docs" / "walkthrough"
PAGES = tuple(sorted(WALKTHROUGH.glob("[1-9]-*.md")))
_BLOCK = re.compile(r"^( *)```sh\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)

LEFT_OUT: Mapping[str, str] = {
    "make install": "the rehearsal runs in this checkout, which is installed",
    "make up": "starts the local cloud, which `make test` does",
    "make drill": "`make test` runs it on the local cloud",
    "openssl ": "the key pair of GitHub's workflows",
    "gh ": "GitHub is not emulated",
    "aws fis ": "the Fault Injection Service is not emulated; `make drill` pauses replication otherwise",
    "make move-state": "tests/own_cloud/state moves states between backends",
    **dict.fromkeys(
        (
            "make evacuate SETTINGS=settings/mine.toml REGION=ap-southeast-1",
            "make stock-claim SETTINGS=settings/mine.toml REGION=ap-southeast-1",
            "make blog-promote",
        ),
        "no region is lost",
    ),
}
"""Commands by their beginning, with the reason."""
_DIFFERENCE = re.compile(r"^[a-z]{2}(?:-[a-z]+)+-\d\b.*$", re.MULTILINE)
"""A line of `make status` about a region that is not as it should be."""
_STALE = re.compile(r"\S+: the bestsellers are stale")


@dataclass(frozen=True)
class Step:
    """A command, with its page and the reason why it does not run here, if there is one."""

    page: str
    command: str
    left_out: str | None = None


def steps(page: Path) -> Iterator[Step]:
    """The commands of a page in their order; continued lines are one command."""
    for _, block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", "\\\0").splitlines():
            if command := line.replace("\0", "\n").strip():
                yield Step(page.stem, command, _left_out(command))


def _left_out(command: str) -> str | None:
    return next((reason for start, reason in LEFT_OUT.items() if command.startswith(start)), None)


def expected_failure(command: str, output: str) -> str | None:
    """The reason why a command that failed cannot succeed here; None if it should have succeeded.

    `make status` fails if a region serves old bestsellers. Any other difference that it names is a failure.
    """
    differences = _DIFFERENCE.findall(output) if command.startswith("make status") else []
    if differences and all(_STALE.fullmatch(each) for each in differences):
        return "without Redis the bestsellers are stale"
    return None
