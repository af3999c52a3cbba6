"""Starts, finds and stops processes that outlive the command that started them.

A record file holds the process id and its start time, because the system reuses ids. A process with another start
time is never signalled.
"""

import contextlib
import json
import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from localcloud import logs
from ops.errors import OperatorError
from ops.terraform.interruption import deferred_signals

POLL_SECONDS = 0.05
ANSWER_SECONDS = 120.0
"""Time for a part to become ready. MariaDB creates its tables first, which is slow on a busy disk."""
STOP_SECONDS = 20.0
"""Time for a part to end after SIGTERM."""
UNDO_SECONDS = 3.0
"""Time for a part to end after SIGTERM when the command is interrupted."""
TAIL_LINES = 15
DESCRIPTORS = 4096
"""Open files that one part may need: connections of shoppers, functions and WordPress."""


class PartFailedError(OperatorError):
    """A part did not start. The message includes the end of its log."""


@dataclass(frozen=True)
class Part:
    """One program of the local cloud.

    `ready` checks whether the program serves. A running part with another `fingerprint` is replaced.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    port: int
    ready: Callable[[], bool]
    fingerprint: str = ""
    stop_seconds: float = STOP_SECONDS
    """Time to end before it is killed when a newer version replaces it."""


@dataclass(frozen=True)
class Record:
    """A started process: `began` is the system's start time, `at` is in seconds since 1970."""

    pid: int
    began: str
    at: float
    port: int
    fingerprint: str

    @classmethod
    def read(cls, path: Path) -> "Record | None":
        """Read the record at `path`; None when it is missing or truncated."""
        try:
            return cls(**json.loads(path.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    @property
    def alive(self) -> bool:
        """Whether the same process still runs."""
        return began(self.pid) == self.began


def began(pid: int) -> str | None:
    """Start time of process `pid` in the system's format; None when it ended or is a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return _began_by_ps(pid)
    return None if fields[0] in "ZX" else fields[19]


def _began_by_ps(pid: int) -> str | None:
    if Path("/proc/self/stat").exists():
        return None
    done = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)],
        # The start time must read the same in every shell: it depends on the language and the time zone.
        env={**os.environ, "LC_ALL": "C", "TZ": "UTC"},
        capture_output=True,
        text=True,
    )
    state, _, start = done.stdout.strip().partition(" ")
    return start.strip() if start and not state.startswith("Z") else None


def raise_descriptor_limit() -> None:
    """Raise the soft limit of open files, which children inherit: the emulator and the edge hold many connections.

    Raises PartFailedError when the hard limit is too low.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < DESCRIPTORS:
        raise PartFailedError(
            f"this shell allows {hard} open files, {DESCRIPTORS} are needed: raise the limit with `ulimit -n`"
        )
    if soft != resource.RLIM_INFINITY and soft < DESCRIPTORS:
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, hard))


class Supervisor:
    """Starts, finds and stops the parts with records in one folder."""

    def __init__(self, folder: Path, log: Callable[[str], Path]) -> None:
        self._folder = folder
        self._log = log
        self._started: list[str] = []
        self._starting = threading.Lock()
        self._undone = False
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def record(self, name: str) -> Record | None:
        """Record of part `name`, running or not; None without one."""
        return Record.read(self._path(name))

    def names(self) -> list[str]:
        """Parts with a record, newest first (the order of stopping)."""
        paths = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        return [path.stem for path in paths]

    def running(self, name: str) -> bool:
        """Whether part `name` runs."""
        record = self.record(name)
        return record is not None and record.alive

    def ensure(self, part: Part, seconds: float = ANSWER_SECONDS) -> bool:
        """Start `part` unless it runs, and wait until it serves. Returns whether it was started.

        Raises PartFailedError when it ends, is not ready within `seconds`, or is requested after `undo`.
        """
        if not self.stop_outdated(part) and (record := self.record(part.name)):
            self._await(part, record, seconds)
            return False
        with self._starting:
            if self._undone:
                raise PartFailedError(f"{part.name} was not started: the command is ending")
            started = self._start(part)
        self._await(part, started, seconds)
        return True

    def stop_outdated(self, part: Part) -> bool:
        """Stop a running `part` of another version or port. Returns whether it has to be started."""
        record = self.record(part.name)
        if record and record.alive and record.fingerprint == part.fingerprint and record.port == part.port:
            return False
        self.stop(part.name, part.stop_seconds)
        return True

    def _start(self, part: Part) -> Record:
        self._folder.mkdir(parents=True, exist_ok=True)
        log = self._log(part.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        self._started.append(part.name)
        logs.shift(log)
        # A signal between the start and the record would leave a process that nothing finds again.
        with deferred_signals(), log.open("ab") as output:
            process = subprocess.Popen(
                part.command,
                env=part.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Its own session: Ctrl-C does not reach it, and its children can be killed with it.
                start_new_session=True,
            )
            self._children[process.pid] = process
            record = Record(process.pid, began(process.pid) or "", time.time(), part.port, part.fingerprint)
            try:
                self._write(part.name, record)
            except BaseException:  # a full disk
                self._end(record, STOP_SECONDS)
                raise
        return record

    def _write(self, name: str, record: Record) -> None:
        temporary = self._path(name).with_suffix(".new")
        temporary.write_text(json.dumps(asdict(record)))
        temporary.replace(self._path(name))

    def _await(self, part: Part, record: Record, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not part.ready():
            if not record.alive:
                raise PartFailedError(f"{part.name} ended while it started.\n{self.tail(part.name)}")
            if time.monotonic() > deadline:
                raise PartFailedError(
                    f"{part.name} does not answer after {seconds:.0f} s.\n{self.tail(part.name)}"
                )
            time.sleep(POLL_SECONDS)

    def stop(self, name: str, seconds: float = STOP_SECONDS) -> bool:
        """Stop part `name` with SIGTERM, then SIGKILL. Returns whether it ran."""
        record = self.record(name)
        if record is None:
            return False
        ran = self._end(record, seconds)
        self._path(name).unlink(missing_ok=True)
        return ran

    def _end(self, record: Record, seconds: float) -> bool:
        ran = record.alive
        if ran:
            os.kill(record.pid, signal.SIGTERM)
            if not _ends(record, seconds):
                os.kill(record.pid, signal.SIGKILL)
                _ends(record, seconds)
        _end_group(record)
        if child := self._children.pop(record.pid, None):
            child.wait()
        return ran

    def stop_all(self) -> list[str]:
        """Stop every part with a record, side by side. Returns those that ran."""
        return self._stop_each(self.names(), STOP_SECONDS)

    def undo(self) -> list[str]:
        """Stop the parts that this supervisor started, last first. Parts that ran before stay.

        Later calls of `ensure` fail, because another thread may be about to start a part.
        """
        with self._starting:
            self._undone = True
        return self._stop_each(list(reversed(self._started)), UNDO_SECONDS)

    def _stop_each(self, names: Sequence[str], seconds: float) -> list[str]:
        with ThreadPoolExecutor(max_workers=len(names) or 1) as pool:
            ran = pool.map(lambda name: self.stop(name, seconds), names)
            return [name for name, did in zip(names, ran, strict=True) if did]

    def tail(self, name: str) -> str:
        """The last lines of a part's log, and its path."""
        log = self._log(name)
        lines = log.read_text(errors="replace").splitlines()[-TAIL_LINES:] if log.exists() else []
        return "\n".join([*(f"  {line}" for line in lines), f"  (log: {log})"])

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def _end_group(record: Record) -> None:
    """Kill the part's own children (Lambda workers), which share its process group and may outlive it.

    The system does not reuse the id of a non-empty group. So the group is the part's unless a new process has the id.
    """
    if began(record.pid) in (None, record.began):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(record.pid, signal.SIGKILL)


def _ends(record: Record, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while record.alive:
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
