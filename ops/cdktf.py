"""Runs the cdktf command line and tells, stack by stack, what Terraform is doing.

cdktf prints about a thousand lines for three stacks, and when one of them fails it ends without saying which. The
lines are kept in a log; here they become a few facts for each stack.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from stacks.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
TERRAFORM_PARALLELISM = 24
"""Resources that Terraform works on at a time: most of a deployment is waiting for AWS, not computing."""

_TERMINAL_CODES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_ANIMATION = re.compile(r"^[\u2800-\u28ff]  |^\d+ Stacks? deploying ")
_PLAN = re.compile(r"Plan: (?:\d+ to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy")
_LOOKING = re.compile(r": (?:Refreshing state|Reading|Opening)\.\.\.|^Terraform used the selected providers")
_BEGUN = re.compile(r"^(\S+): (?:Creating|Modifying|Destroying)\.\.\.")
_ENDED = re.compile(r"^(\S+): (?:Creation|Modifications|Destruction) complete")


class SynthesisError(Exception):
    """The app did not synthesize; the message is the end of what it printed."""


class Phase(StrEnum):
    """How far a stack is."""

    WAITING = "waiting"
    PREPARING = "preparing"
    PLANNING = "planning"
    APPLYING = "applying"
    DONE = "done"
    FAILED = "failed"


@dataclass
class StackProgress:
    """What is known of one stack while cdktf runs. `planned` counts changes, `finished` those that are made."""

    name: str
    phase: Phase = Phase.WAITING
    planned: int = 0
    finished: int = 0
    busy: dict[str, None] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    _frame: list[str] = field(default_factory=list, repr=False)

    def hear(self, line: str) -> None:
        """Take in one line that Terraform printed for this stack."""
        if plan := _PLAN.search(line):
            self.planned = sum(map(int, plan.groups()))
        elif begun := _BEGUN.match(line):
            self.phase = Phase.APPLYING
            self.busy[begun.group(1)] = None
        elif ended := _ENDED.match(line):
            self.finished += 1
            self.busy.pop(ended.group(1), None)
        elif "Initializing the backend" in line:
            self.phase = Phase.PREPARING
        elif line.startswith("Terraform has been successfully initialized!"):
            self.phase = Phase.WAITING
        elif self.phase not in (Phase.APPLYING, Phase.DONE, Phase.FAILED) and _LOOKING.search(line):
            self.phase = Phase.PLANNING
        elif line.startswith(("Apply complete!", "Destroy complete!", "No changes.")):
            self.phase = Phase.FAILED if self.errors else Phase.DONE
        else:
            self._hear_diagnostic(line)

    def _hear_diagnostic(self, line: str) -> None:
        """Terraform draws a frame round its diagnostics; only its first word tells an error from a warning."""
        if line.startswith("╷"):
            self._frame.clear()
        elif line.startswith("│"):
            self._frame.append(line.removeprefix("│").removeprefix(" ").rstrip())
        elif line.startswith("╵"):
            text = "\n".join(self._frame).strip()
            if text.startswith("Error:"):
                self.phase = Phase.FAILED
                self.errors.append(text)


class Listener:
    """Sorts cdktf's lines by stack: a stack's name stands before its first line, the others are indented."""

    def __init__(self, stacks: Iterable[str]) -> None:
        self.stacks = {name: StackProgress(name) for name in stacks}
        self._current: StackProgress | None = None

    def hear(self, line: str) -> StackProgress | None:
        """Take in one line; returns the stack that it is about, if it is about one."""
        text = line.rstrip()
        name, gap, rest = text.partition("  ")
        if gap and name in self.stacks:
            self._current = self.stacks[name]
            text = rest
        elif not text.startswith(" "):
            return None
        if self._current:
            self._current.hear(text.strip())
        return self._current

    @property
    def failed(self) -> list[StackProgress]:
        """The stacks with an error."""
        return [stack for stack in self.stacks.values() if stack.errors]


def synthesized_folder() -> Path:
    """Where cdktf writes Terraform and where Terraform runs."""
    return Path(os.environ.get("CDKTF_OUTDIR") or ROOT / "cdktf.out")


def stack_order(folder: Path) -> list[str]:
    """The synthesized stacks, each after those that it needs. Raises FileNotFoundError before a synth."""
    return list(stack_dependencies(folder))


def stack_dependencies(folder: Path) -> dict[str, tuple[str, ...]]:
    """The stacks that each synthesized stack needs; these come first. Raises FileNotFoundError before a synth."""
    stacks: Mapping[str, Mapping[str, Sequence[str]]] = json.loads((folder / "manifest.json").read_text())[
        "stacks"
    ]
    return {name: tuple(stacks[name]["dependencies"]) for name in _in_order(stacks)}


def _in_order(stacks: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[str]:
    left = dict(stacks)
    while left:
        ready = [name for name, stack in left.items() if not set(stack["dependencies"]) & left.keys()]
        yield from ready
        for name in ready:
            del left[name]


def parallelism(settings: Settings) -> tuple[str, ...]:
    """Terraform's option for it; HCP Terraform, which runs it itself, takes none."""
    if settings.state.backend == "cloud":
        return ()
    return (f"-parallelism={TERRAFORM_PARALLELISM}",)


def command(*arguments: str) -> list[str]:
    """The cdktf command line that package-lock.json pins."""
    return [str(ROOT / "node_modules" / ".bin" / "cdktf"), *arguments, "--output", str(synthesized_folder())]


def run(arguments: Sequence[str], *, log: Path, hear: Callable[[str], None], settings: Path) -> int:
    """Run `arguments`, its lines into `log` and to `hear`; returns its exit code.

    On Ctrl-C Terraform is asked to finish what it is doing and to release its locks; this waits for that, then
    raises KeyboardInterrupt. A second Ctrl-C does not wait.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("a", encoding="utf-8") as record,
        subprocess.Popen(
            arguments,
            cwd=ROOT,
            env=_environment(settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            # Out of the terminal's reach: at Ctrl-C cdktf would end at once and take Terraform with it, locks held.
            start_new_session=True,
        ) as process,
        _winding_down(process),
    ):
        for line in process.stdout or ():
            if text := _plain(line):
                record.write(f"{text}\n")
                hear(text)
        return process.wait()


def _environment(settings: Path) -> dict[str, str]:
    """cdktf.json calls `python`: the one that runs this, wherever it was called from."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, "SETTINGS": str(settings.absolute()), "CHECKPOINT_DISABLE": "1"}


def _plain(line: str) -> str:
    """`line` without colours; nothing when it only moves cdktf's spinner or its count of stacks."""
    text = _TERMINAL_CODES.sub("", line).rstrip()
    return "" if _ANIMATION.match(text) else text


@contextlib.contextmanager
def _winding_down(process: subprocess.Popen[str]) -> Iterator[None]:
    interrupts = 0

    def interrupt(_signal: int, _frame: object) -> None:
        nonlocal interrupts
        interrupts += 1
        terraforms = _terraforms_below(process.pid) if interrupts == 1 else []
        for terraform in terraforms:
            os.kill(terraform, signal.SIGINT)
        if not terraforms:
            os.killpg(process.pid, signal.SIGTERM)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        process.wait()
    if interrupts:
        raise KeyboardInterrupt


def _terraforms_below(pid: int) -> list[int]:
    """Running `terraform` commands among the descendants of `pid`; cdktf gives each a terminal of its own."""
    told = subprocess.run(["ps", "-axo", "pid=,ppid=,comm="], capture_output=True, text=True, check=True)
    rows = [line.split(None, 2) for line in told.stdout.splitlines()]
    family, found = {pid}, []
    while new := [row for row in rows if int(row[1]) in family and int(row[0]) not in family]:
        family.update(int(row[0]) for row in new)
        found += [int(row[0]) for row in new if Path(row[2]).name == "terraform"]
    return found


def synthesize(settings: Path, log: Path) -> None:
    """Write the Terraform of the environment. Raises SynthesisError with what the app said when it fails."""
    lines: list[str] = []
    if run(command("synth"), log=log, hear=lines.append, settings=settings) != 0:
        raise SynthesisError("\n".join(lines[-40:]))
