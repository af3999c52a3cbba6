from pathlib import Path

import pytest

from localcloud import logs


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
