"""Limits on words and on the length of test names that keep the project readable, see CONTRIBUTING.md."""

import ast
import io
import re
import statistics
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
UNCLEAR = re.compile(r"\b(told|nobody|whoever|lest)\b|\bwhat becomes of\b", re.IGNORECASE)
RIDDLE = re.compile(r"^(What|Which|Who|Whoever|Whatever)\b(?!.*\?)")
"""An opening such as "What the caller gets": a sentence without a subject."""
LONGEST_MEDIAN = 40


def files(*patterns: str) -> list[Path]:
    """Files of the repository that match patterns of git."""
    found = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in found.stdout.split() if (ROOT / name).exists()]


FILES = files("*.py")
OTHERS = files("*.toml", "*.yml", "Makefile", "bin/*")
"""Files in which each line that starts with # is a comment."""


def prose(file: Path) -> Iterator[tuple[int, str]]:
    """Line and text of each docstring and comment."""
    text = file.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            yield node.lineno, node.value.value
    if "#" not in text:
        return  # no comments; reading tokens takes longer than parsing
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string.lstrip("# ")


def place(file: Path, line: int, text: str) -> str:
    return f"{file.relative_to(ROOT)}:{line}: {text.splitlines()[0][:80]}"


def test_docstrings_and_comments_use_plain_words() -> None:
    found = [
        place(file, line, text)
        for file in FILES
        if file != Path(__file__)
        for line, text in prose(file)
        if text and (UNCLEAR.search(text) or RIDDLE.search(text))
    ]
    assert not found, "\n".join(found)


def test_comments_of_other_files_use_plain_words() -> None:
    found = [
        place(file, line, text)
        for file in OTHERS
        for line, text in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if text.lstrip().startswith("#") and UNCLEAR.search(text)
    ]
    assert not found, "\n".join(found)


def test_test_names_have_a_short_median() -> None:
    names = [
        node.name
        for file in FILES
        if file.name.startswith("test_")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert statistics.median(map(len, names)) < LONGEST_MEDIAN
