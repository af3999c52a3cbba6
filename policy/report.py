"""Checkov's findings for synthesized stacks, joined with the suppressions in the stacks."""

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


def read(output: str, folder: Path) -> Report:
    """Join checkov's JSON `output` with the suppressions in the stacks of all environments below `folder`.

    A finding of several environments is reported once. A suppression is unused if no resource of its environment fails.
    """
    results = json.loads(output)
    stacks = {f"/{path.relative_to(folder)}": _Stack(path) for path in folder.rglob("cdk.tf.json")}
    found = [
        (_environment(check["file_path"]), stacks[check["file_path"]].failed(check))
        for result in (results if isinstance(results, list) else [results])
        for check in result["results"]["failed_checks"]
    ]
    answered = {
        (environment, f"{finding.type}: {finding.check}")
        for environment, finding in found
        if finding.reason is not None
    }
    given = {
        (_environment(file), f"{type_}: {check}")
        for file, stack in stacks.items()
        for type_, checks in stack.suppressions()
        for check in checks
    }
    findings = dict.fromkeys(finding for _, finding in found)
    return Report(tuple(findings), tuple(sorted({suppression for _, suppression in given - answered})))


def _environment(file: str) -> str:
    """The folder that contains the stack's folder."""
    return file.rsplit("/", 2)[0]


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
