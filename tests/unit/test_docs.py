"""Links and paths in the Markdown files, and the parts that repeat what another file says."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    if (ROOT / name).exists()
]
FOLDERS = (
    r"(?:api|benchmarks|bin|blog|client|docs|lambda_src|localcloud|modules|ops|policy|stacks|tests|tools|web)"
)
TARGETS = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
MADE_LATER = ("web/dist",)
"""Paths that a command creates."""


def recipe(target: str) -> str:
    """The commands of a target in the Makefile."""
    text = (ROOT / "Makefile").read_text()
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", text, re.MULTILINE)
    assert found, target
    return found[1]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_names_existing_paths(page: Path) -> None:
    named = re.findall(rf"`({FOLDERS}/[\w./-]+)`", page.read_text())
    missing = [
        path
        for path in named
        if not (ROOT / path).exists()
        and not (page.parent / path).exists()
        and not path.startswith(MADE_LATER)
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_names_existing_make_targets(page: Path) -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z][a-z0-9-]*)", page.read_text(), re.MULTILINE))
    assert named <= TARGETS


def test_pre_commit_runs_the_checks_of_make_lint() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
    commands = [hook["entry"].removeprefix(".venv/bin/") for hook in hooks]
    linted = [line.strip().removeprefix("@").removesuffix(" .") for line in recipe("lint").splitlines()]
    assert commands == linted
