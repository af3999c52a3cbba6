import asyncio
import errno
import os
from pathlib import Path

import pytest

from localcloud import logs
from tests.support.waiting import TIMEOUT_SECONDS


def test_shift_keeps_older_logs(tmp_path: Path) -> None:
    log = tmp_path / "aws.log"
    for number in range(6):
        logs.shift(log)
        log.write_text(str(number))
    assert log.read_text() == "5"
    assert [(tmp_path / f"aws.log.{number}").read_text() for number in (1, 2, 3)] == ["4", "3", "2"]
    assert len(list(tmp_path.iterdir())) == logs.KEPT + 1


def test_limit_truncates_open_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LIMIT_BYTES", 10)
    log = tmp_path / "aws.log"
    with log.open("ab", buffering=0) as part:
        part.write(b"before the limit")
        logs.limit(tmp_path)
        part.write(b"after")
        logs.limit(tmp_path)
    assert log.read_bytes() == b"after"
    assert (tmp_path / "aws.log.1").read_bytes() == b"before the limit"


@pytest.mark.anyio
async def test_failed_check_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures = [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), FileNotFoundError("aws.log")]
    succeeded = asyncio.Event()
    loop = asyncio.get_running_loop()

    def limit(_folder: Path) -> None:
        if failures:
            raise failures.pop(0)
        loop.call_soon_threadsafe(succeeded.set)

    monkeypatch.setattr(logs, "CHECK_SECONDS", 0)
    monkeypatch.setattr(logs, "limit", limit)
    async with asyncio.timeout(TIMEOUT_SECONDS), asyncio.TaskGroup() as background:
        rotating = background.create_task(logs.limit_regularly(tmp_path))
        await succeeded.wait()
        rotating.cancel()
    assert "No space left" in caplog.text
