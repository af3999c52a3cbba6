"""Database servers: their installation, and one real server where MariaDB is installed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from localcloud.blog.mariadb import DATABASE, DatabaseError, Server, await_answer, exec_server
from localcloud.layout import ROOT
from tests.support.ports import free_base

PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"


@contextmanager
def running(server: Server, **environment: str) -> Iterator[None]:
    """The server's process, which ends with the block."""
    command = [sys.executable, "-m", "localcloud.blog.mariadb", str(server.folder), str(server.port)]
    with subprocess.Popen(
        command,
        env={"PATH": PATH, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            await_answer(server, 60)
            yield
        finally:
            process.terminate()
            output, _ = process.communicate()
            print(output.decode(errors="replace"))


@pytest.mark.skipif(shutil.which("mariadbd", path=PATH) is None, reason="MariaDB is not installed")
def test_server_runs_in_long_path_with_spaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "a checkout with spaces, # and a name".ljust(100, "x") / "eu-west-1"
    server = Server(folder, free_base())
    monkeypatch.setenv("LOGNAME", "somebody-else")
    with running(server):
        server.create("secret")
        assert Path(server.run("SELECT @@datadir")) == folder / "data"
        assert server.run("SELECT @@read_only") == "0"
        server_id = server.run("SELECT @@server_id")
    with running(server):
        assert DATABASE in server.run("SHOW DATABASES").split()
        assert server.run("SELECT @@server_id") == server_id


def test_missing_server_does_not_answer(tmp_path: Path) -> None:
    assert not Server(tmp_path / "nowhere", 1).answers()


def test_slow_statement_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "mariadb"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{PATH}")
    with pytest.raises(DatabaseError, match="port 7040: no answer in 0 s"):
        Server(tmp_path, 7040).run("SELECT 1", seconds=0.1)


class StartedError(Exception):
    """The process became the server."""


def test_interrupted_installation_is_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "eu-west-1"
    interruptions = [KeyboardInterrupt()]

    def install(command: Sequence[str], *, cwd: Path, **_: Any) -> None:
        data = cwd / next(word.partition("=")[2] for word in command if word.startswith("--datadir="))
        (data / "mysql").mkdir(parents=True)
        if interruptions:
            raise interruptions.pop()
        (data / "mysql" / "all-tables").touch()

    def start(*_: Any) -> None:
        raise StartedError

    monkeypatch.setattr(subprocess, "run", install)
    monkeypatch.setattr(os, "execvp", start)
    with pytest.raises(KeyboardInterrupt):
        exec_server(folder, 1)
    with pytest.raises(StartedError):
        exec_server(folder, 1)
    assert (folder / "data" / "mysql" / "all-tables").exists()
