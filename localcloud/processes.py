"""Programs that outlive the command that started them, and can be found again and ended with certainty.

A record beside the log says which process it was: its id together with the moment it began, because the system
gives an id away again. A process whose beginning is another than the record's is never touched.
"""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

POLL_SECONDS = 0.05
ANSWER_SECONDS = 120.0
"""How long a part is given to answer: MariaDB prepares its tables first, which a busy disk makes slow."""
STOP_SECONDS = 20.0
"""How long a part is given to end politely."""
TAIL_LINES = 15


class PartFailedError(Exception):
    """A part did not come up; the message holds the end of its log."""


@dataclass(frozen=True)
class Part:
    """One program of the local cloud.

    `ready` asks the program itself whether it serves. `fingerprint` changes when a running instance would be out
    of date, so that it is replaced.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    port: int
    ready: Callable[[], bool]
    fingerprint: str = ""


@dataclass(frozen=True)
class Record:
    """A process that was started: `began` is the system's own mark of its beginning, `at` is seconds since 1970."""

    pid: int
    began: str
    at: float
    port: int
    fingerprint: str

    @classmethod
    def read(cls, path: Path) -> "Record | None":
        """The record at `path`; None when there is none, or one that was cut short by a crash."""
        try:
            return cls(**json.loads(path.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    @property
    def alive(self) -> bool:
        """Whether that very process still runs."""
        return began(self.pid) == self.began


def began(pid: int) -> str | None:
    """The system's mark of when process `pid` began; None when it is no more, or only waits to be reaped."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return _began_by_ps(pid)
    return None if fields[0] in "ZX" else fields[19]


def _began_by_ps(pid: int) -> str | None:
    if Path("/proc/self/stat").exists():
        return None
    told = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True)
    state, _, start = told.stdout.strip().partition(" ")
    return start.strip() if start and not state.startswith("Z") else None


class Supervisor:
    """Starts, finds and ends the parts whose records lie in one folder."""

    def __init__(self, folder: Path, log: Callable[[str], Path]) -> None:
        self._folder = folder
        self._log = log
        self._started: list[str] = []
        self._starting = threading.Lock()
        self._undone = False
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def record(self, name: str) -> Record | None:
        """What is known of part `name`, running or not."""
        return Record.read(self._path(name))

    def names(self) -> list[str]:
        """Parts with a record, newest first: the order in which to stop them."""
        paths = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        return [path.stem for path in paths]

    def running(self, name: str) -> bool:
        """Whether part `name` runs."""
        record = self.record(name)
        return record is not None and record.alive

    def ensure(self, part: Part, seconds: float = ANSWER_SECONDS) -> bool:
        """Have `part` running and serving; returns whether it had to be started.

        Raises PartFailedError when it ends, does not serve within `seconds`, or comes after `undo`.
        """
        record = self.record(part.name)
        if record and record.alive and record.fingerprint == part.fingerprint and record.port == part.port:
            self._await(part, record, seconds)
            return False
        self.stop(part.name)
        with self._starting:
            if self._undone:
                raise PartFailedError(f"{part.name} is not wanted any more")
            started = self._start(part)
        self._await(part, started, seconds)
        return True

    def _start(self, part: Part) -> Record:
        self._folder.mkdir(parents=True, exist_ok=True)
        log = self._log(part.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        self._started.append(part.name)
        with log.open("wb") as output:
            process = subprocess.Popen(
                part.command,
                env=part.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # A group of its own: Ctrl-C in the terminal is not for it, and its children can be ended with it.
                start_new_session=True,
            )
        self._children[process.pid] = process
        record = Record(process.pid, began(process.pid) or "", time.time(), part.port, part.fingerprint)
        try:
            self._write(part.name, record)
        except BaseException:
            # The disk is full, or somebody interrupts: without a record nobody would find the process again.
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
        """End part `name`, politely first; returns whether it ran."""
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
        """End every part that has a record; returns those that ran."""
        return [name for name in self.names() if self.stop(name)]

    def undo(self) -> list[str]:
        """End the parts that this supervisor started, last first; what ran before stays.

        It starts none from now on: another thread may have been about to.
        """
        with self._starting:
            self._undone = True
        return [name for name in reversed(self._started) if self.stop(name)]

    def tail(self, name: str) -> str:
        """The last lines of a part's log, and where to read the rest."""
        log = self._log(name)
        lines = log.read_text(errors="replace").splitlines()[-TAIL_LINES:] if log.exists() else []
        return "\n".join([*(f"  {line}" for line in lines), f"  (log: {log})"])

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"


def _end_group(record: Record) -> None:
    """End what a part started itself (an emulator's Lambda workers), which is in its group and may outlive it.

    The system gives no process the id of a group that has members, so the group is the part's own unless a new
    process bears the id.
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
