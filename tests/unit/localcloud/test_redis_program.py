import io
from pathlib import Path

import pytest
from rich.console import Console

from localcloud import redis_program as programs
from localcloud import up
from localcloud.layout import Layout
from localcloud.processes import Supervisor
from localcloud.redis_program import RedisMissingError, redis_program
from localcloud.step_output import Steps

NEW = "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=62c3a4b5"
OLD = "Redis server v=6.0.16 sha=00000000:0 malloc=jemalloc-5.2.1 bits=64 build=a3fdef44"
VALKEY = "Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=fe8cd9"


def program(path: Path, shown: str) -> Path:
    path.write_text(f"#!/bin/sh\necho '{shown}'\n")
    path.chmod(0o755)
    return path


def test_redis_program_prefers_pinned(tmp_path: Path) -> None:
    pinned, own = program(tmp_path / "pinned", NEW), program(tmp_path / "redis-server", NEW)
    assert redis_program([pinned, own]) == str(pinned)


@pytest.mark.parametrize("shown", [OLD, "", "Segmentation fault"])
def test_redis_program_skips_old_and_broken(tmp_path: Path, shown: str) -> None:
    old, valkey = program(tmp_path / "redis-server", shown), program(tmp_path / "valkey-server", VALKEY)
    assert redis_program([tmp_path / "missing", old, valkey]) == str(valkey)


def test_redis_program_finds_program_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    program(tmp_path / "valkey-server", VALKEY)
    assert redis_program(programs.CANDIDATES[1:]) == "valkey-server"


def test_up_without_redis_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "redis_program", lambda: redis_program([program(tmp_path / "old", OLD)]))
    monkeypatch.setattr(Layout, "emulators", tmp_path)
    layout = Layout(7000, tmp_path)
    supervisor = Supervisor(layout.cloud / "processes", layout.log)
    wanted = up.Up(layout, Path("settings/local.toml"), Steps(Console(file=io.StringIO())), supervisor)
    monkeypatch.setattr(up.Up, "_prepare_blog", lambda _: pytest.fail("it continues"))
    monkeypatch.setattr(up.Up, "_start", lambda *_: pytest.fail("it starts parts"))
    with pytest.raises(RedisMissingError, match=r"^missing: Redis 6\.2 or newer, or Valkey\. Install it: "):
        wanted.run()
