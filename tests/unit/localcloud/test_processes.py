"""Supervisor, with real processes."""

import errno
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from localcloud.processes import Part, PartFailedError, Record, Supervisor, _began_by_ps, began

READY = "import pathlib, sys, time; print('serving', flush=True); pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path / "processes", lambda name: tmp_path / f"{name}.log")
    yield made
    made.stop_all()


def part(folder: Path, name: str = "server", code: str = READY, **more: object) -> Part:
    mark = folder / f"{name}.ready"
    fields = {"environment": dict(os.environ), "port": 1, "ready": mark.exists, **more}
    return Part(name=name, command=[sys.executable, "-c", code, str(mark)], **fields)  # type: ignore[arg-type]


def awaits_end(pid: int) -> bool:
    """Whether process `pid` has ended or ends within a few seconds."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 5)[0])
    finally:
        os.close(handle)


def pid(supervisor: Supervisor, name: str = "server") -> int:
    record = supervisor.record(name)
    assert record
    return record.pid


def test_ensure_twice_starts_once(supervisor: Supervisor, tmp_path: Path) -> None:
    assert supervisor.ensure(part(tmp_path))
    first = pid(supervisor)
    assert not supervisor.ensure(part(tmp_path))
    another = Supervisor(tmp_path / "processes", lambda name: tmp_path / f"{name}.log")
    assert another.running("server")
    assert pid(another) == first


def test_ensure_without_record_ends_process(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []

    def full(name: str, record: Record) -> None:
        started.append(record.pid)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(supervisor, "_write", full)
    with pytest.raises(OSError, match="No space left"):
        supervisor.ensure(part(tmp_path))
    assert began(*started) is None


def test_signal_as_part_starts_leaves_no_process(
    supervisor: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = subprocess.Popen

    def interrupted(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        process = start(*arguments, **options)
        signal.raise_signal(signal.SIGTERM)
        return process

    monkeypatch.setattr(subprocess, "Popen", interrupted)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as the commands do
    try:
        with pytest.raises(KeyboardInterrupt):
            supervisor.ensure(part(tmp_path))
    finally:
        signal.signal(signal.SIGTERM, before)
    started = pid(supervisor)
    supervisor.undo()
    assert awaits_end(started)


def test_ensure_new_fingerprint_replaces(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.ensure(part(tmp_path))
    old = pid(supervisor)
    assert supervisor.ensure(part(tmp_path, fingerprint="newer"))
    assert began(old) is None
    assert supervisor.running("server")


PARENT = (
    "import pathlib, subprocess, sys, time; child = subprocess.Popen(['sleep', '600']);"
    "pathlib.Path(sys.argv[1]).write_text(str(child.pid)); time.sleep(600)"
)


def test_stop_ends_children(supervisor: Supervisor, tmp_path: Path) -> None:
    mark = tmp_path / "server.ready"
    supervisor.ensure(part(tmp_path, code=PARENT, ready=lambda: mark.exists() and bool(mark.read_text())))
    server, child = pid(supervisor), int(mark.read_text())
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(awaits_end, child)
        assert supervisor.stop("server")
        assert ended.result()
    assert began(server) is None
    assert supervisor.names() == []


def test_stop_after_kill_ends_children(supervisor: Supervisor, tmp_path: Path) -> None:
    mark = tmp_path / "server.ready"
    supervisor.ensure(part(tmp_path, code=PARENT, ready=lambda: mark.exists() and bool(mark.read_text())))
    server, child = pid(supervisor), int(mark.read_text())
    os.kill(server, signal.SIGKILL)
    assert awaits_end(server)
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(awaits_end, child)
        assert not supervisor.stop("server")
        assert ended.result()


def test_stop_kills_part_that_ignores_sigterm(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.ensure(
        part(tmp_path, code=f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {READY}")
    )
    server = pid(supervisor)
    assert supervisor.stop("server", seconds=0.1)
    assert began(server) is None


def test_stop_ignores_reused_pid(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.ensure(part(tmp_path))
    record = supervisor.record("server")
    assert record
    with subprocess.Popen(["sleep", "600"]) as stranger:
        stolen = replace(record, pid=stranger.pid)
        (tmp_path / "processes" / "stolen.json").write_text(str(vars(stolen)).replace("'", '"'))
        assert supervisor.record("stolen") == stolen
        assert not supervisor.stop("stolen")
        assert stranger.poll() is None
        stranger.kill()


def test_ensure_early_exit_shows_log(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(PartFailedError, match=r"server ended.*\n.*no such table"):
        supervisor.ensure(part(tmp_path, code="raise SystemExit('no such table')"))


def test_ensure_unready_part_raises(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(PartFailedError, match=r"does not answer"):
        supervisor.ensure(part(tmp_path, ready=lambda: False), seconds=0.2)


def test_undo_ends_only_own_parts(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.ensure(part(tmp_path, "before"))
    later = Supervisor(tmp_path / "processes", lambda name: tmp_path / f"{name}.log")
    later.ensure(part(tmp_path, "before"))
    later.ensure(part(tmp_path, "database"))
    later.ensure(part(tmp_path, "server"))
    assert later.undo() == ["server", "database"]
    assert supervisor.running("before")


def test_undo_ends_failed_part(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(PartFailedError):
        supervisor.ensure(part(tmp_path, ready=lambda: False), seconds=0.2)
    server = pid(supervisor)
    assert supervisor.undo() == ["server"]
    assert began(server) is None


def test_ensure_after_undo_raises(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.undo()
    with pytest.raises(PartFailedError, match="the command is ending"):
        supervisor.ensure(part(tmp_path))
    assert supervisor.names() == []


def test_record_truncated_is_none(tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text('{"pid": 1')
    assert Record.read(tmp_path / "server.json") is None


def test_zombie_is_not_alive() -> None:
    with subprocess.Popen(["true"]) as ended:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        assert began(ended.pid) is None


def test_start_by_ps_ignores_shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS, which has no /proc. Another shell may have another time zone or language."""
    ps = tmp_path / "ps"
    ps.write_text('#!/bin/sh\necho "S+ 08:00 $TZ $LC_ALL"\n')
    ps.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    monkeypatch.setattr(Path, "exists", lambda _: False)
    assert _began_by_ps(os.getpid()) == "08:00 UTC C"


def test_stop_outdated_keeps_current_part(supervisor: Supervisor, tmp_path: Path) -> None:
    current = part(tmp_path)
    assert supervisor.stop_outdated(current)
    supervisor.ensure(current)
    assert not supervisor.stop_outdated(current)
    assert supervisor.running("server")
    assert supervisor.stop_outdated(replace(current, fingerprint="newer"))
    assert not supervisor.running("server")
