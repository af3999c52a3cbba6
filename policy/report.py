"""Checkov's findings for synthesized stacks, joined with the suppressions in the stacks."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_KEY = re.compile(r'^( *)"([^"]+)": \{')


@dataclass(frozen=True)
class Finding:
    """A check that a resource or data source fails."""

    check: str
    meaning: str
    type: str
    address: str
    """Stack, type and name."""
    reason: str | None
    """Reason of the suppression, if the check is suppressed."""


@dataclass(frozen=True)
class Report:
    """All findings, and the unused suppressions."""

    findings: tuple[Finding, ...]
    idle: tuple[str, ...]
    """Types and checks that are suppressed although no resource fails them."""

    @property
    def failures(self) -> list[Finding]:
        """Findings without a suppression."""
        return [finding for finding in self.findings if finding.reason is None]

    @property
    def reasons(self) -> dict[str, set[str]]:
        """Checks and resource types that each reason covers."""
        used: dict[str, set[str]] = {}
        for finding in self.findings:
            if finding.reason is not None:
                used.setdefault(finding.reason, set()).add(f"{finding.check} {finding.type}")
        return used

    @classmethod
    def together(cls, reports: Sequence["Report"]) -> "Report":
        """Merge the reports of several environments."""
        findings = {finding: None for report in reports for finding in report.findings}
        return cls(tuple(findings), tuple(sorted({idle for report in reports for idle in report.idle})))


def read(output: str, stacks: Path) -> Report:
    """Join checkov's JSON `output` with the suppressions in the stacks that it checked."""
    results = json.loads(output)
    failed = [
        check
        for result in (results if isinstance(results, list) else [results])
        for check in result["results"]["failed_checks"]
    ]
    blocks = {path.parent.name: _Stack(path) for path in stacks.glob("*/cdk.tf.json")}
    findings = tuple(blocks[Path(check["file_path"]).parent.name].failed(check) for check in failed)
    answered = {f"{finding.type}: {finding.check}" for finding in findings if finding.reason is not None}
    given = {
        f"{type_}: {check}"
        for stack in blocks.values()
        for type_, checks in stack.suppressions()
        for check in checks
    }
    return Report(findings, tuple(sorted(given - answered)))


class _Stack:
    """A synthesized stack. Blocks are found by line, because checkov's names of them are incomplete."""

    def __init__(self, path: Path) -> None:
        self._name = path.parent.name
        text = path.read_text(encoding="utf-8")
        self._content: dict[str, Any] = json.loads(text)
        self._block_of_line = list(_blocks(text.splitlines()))

    def failed(self, check: Mapping[str, Any]) -> Finding:
        """Convert a failed check to a finding about the block at its lines."""
        section, type_, name = self._block_of_line[check["file_line_range"][1] - 2]
        reason = suppressed(self._content[section][type_][name]).get(check["check_id"])
        address = f"{self._name}: {type_}.{name}"
        return Finding(check["check_id"], check["check_name"], type_, address, reason)

    def suppressions(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Type and suppressed checks of each block with suppressions."""
        for section in ("data", "resource"):
            for type_, named in self._content.get(section, {}).items():
                for block in named.values():
                    yield type_, suppressed(block)


def suppressed(block: Mapping[str, Any]) -> Mapping[str, str]:
    """Suppressed checks of a block, with reasons."""
    checks: Mapping[str, str] = block.get("//", {}).get("checkov", {})
    return checks


def _blocks(lines: list[str]) -> Iterator[tuple[str, str, str]]:
    """Section, type and name of the block at each line."""
    keys = ["", "", ""]
    for line in lines:
        if opened := _KEY.match(line):
            depth = len(opened[1]) // 2 - 1
            if depth < len(keys):
                keys[depth:] = [opened[2], *[""] * (len(keys) - depth - 1)]
        section, type_, name = keys
        yield section, type_, name
