"""checkov's findings over synthesized stacks, and the suppressions that answer them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_KEY = re.compile(r'^( *)"([^"]+)": \{')


@dataclass(frozen=True)
class Finding:
    """A check that a resource or data source fails."""

    check: str
    meaning: str
    address: str
    """Stack, type and name."""
    reason: str | None
    """Why it may, when it may."""


@dataclass(frozen=True)
class Report:
    """All findings, and the suppressions that none of them needed."""

    findings: tuple[Finding, ...]
    idle: tuple[str, ...]

    @property
    def failures(self) -> list[Finding]:
        """What no reason excuses."""
        return [finding for finding in self.findings if finding.reason is None]

    @property
    def reasons(self) -> dict[str, set[str]]:
        """The reasons that are in use, and the checks that each answers."""
        used: dict[str, set[str]] = {}
        for finding in self.findings:
            if finding.reason is not None:
                used.setdefault(finding.reason, set()).add(finding.check)
        return used


def read(output: str, stacks: Path) -> Report:
    """Join checkov's JSON `output` with the suppressions in the stacks that it looked at."""
    results = json.loads(output)
    failed = [
        check
        for result in (results if isinstance(results, list) else [results])
        for check in result["results"]["failed_checks"]
    ]
    blocks = {path.parent.name: _Stack(path) for path in stacks.glob("*/cdk.tf.json")}
    findings = tuple(_finding(check, blocks) for check in failed)
    answered = {(finding.address, finding.check) for finding in findings if finding.reason is not None}
    idle = tuple(
        f"{address}: {check}"
        for stack in blocks.values()
        for address, checks in stack.suppressions()
        for check in checks
        if (address, check) not in answered
    )
    return Report(findings, idle)


class _Stack:
    """A synthesized stack, whose blocks are found by line: checkov's own names of them lose parts."""

    def __init__(self, path: Path) -> None:
        self._name = path.parent.name
        text = path.read_text(encoding="utf-8")
        self._content: dict[str, Any] = json.loads(text)
        self._block_of_line = list(_blocks(text.splitlines()))

    def block_at(self, line: int) -> tuple[str, Mapping[str, Any]]:
        """Address and content of the block that line `line`, from 1 on, is part of."""
        section, type_, name = self._block_of_line[line - 1]
        return self._address(section, type_, name), self._content[section][type_][name]

    def suppressions(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Address and suppressed checks of each block that has some."""
        for section in ("data", "resource"):
            for type_, named in self._content.get(section, {}).items():
                for name, block in named.items():
                    if checks := suppressed(block):
                        yield self._address(section, type_, name), checks

    def _address(self, section: str, type_: str, name: str) -> str:
        return f"{self._name}: {'data.' if section == 'data' else ''}{type_}.{name}"


def suppressed(block: Mapping[str, Any]) -> Mapping[str, str]:
    """Checks that a block may fail, and why."""
    checks: Mapping[str, str] = block.get("//", {}).get("checkov", {})
    return checks


def _finding(check: Mapping[str, Any], stacks: Mapping[str, _Stack]) -> Finding:
    stack = stacks[Path(check["file_path"]).parent.name]
    address, block = stack.block_at(check["file_line_range"][1] - 1)
    return Finding(check["check_id"], check["check_name"], address, suppressed(block).get(check["check_id"]))


def _blocks(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """For each line, the keys of the three levels that it is in: section, type, name."""
    keys = ["", "", ""]
    for line in lines:
        if opened := _KEY.match(line):
            depth = len(opened[1]) // 2 - 1
            if depth < len(keys):
                keys[depth:] = [opened[2], *[""] * (len(keys) - depth - 1)]
        section, type_, name = keys
        yield section, type_, name
