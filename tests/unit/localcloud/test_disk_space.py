import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from localcloud import disk_space
from tests.support.waiting import TIMEOUT_SECONDS


@pytest.fixture
def sigterm_interrupts() -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    yield
    signal.signal(signal.SIGTERM, before)


def has_free(monkeypatch: pytest.MonkeyPatch, *megabytes: int) -> None:
    """Let each reading of the disk find the next of these free spaces, and the last one again and again."""
    left = list(megabytes)

    def usage(_: Path) -> SimpleNamespace:
        return SimpleNamespace(free=(left.pop(0) if len(left) > 1 else left[0]) * 1_000_000)

    monkeypatch.setattr(shutil, "disk_usage", usage)


@pytest.mark.usefixtures("sigterm_interrupts")
def test_watch_keeps_reason_after_space_is_freed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Parts that are stopped may free space before the reason is printed."""
    has_free(monkeypatch, 800, 3, 800)
    monkeypatch.setattr(disk_space, "CHECK_SECONDS", 0.001)
    watch = disk_space.Watch(tmp_path)
    with pytest.raises(KeyboardInterrupt), watch:
        threading.Event().wait(TIMEOUT_SECONDS)
    reason = watch.full()
    assert reason is not None
    assert f"the disk that holds {tmp_path} has 3 MB free" in reason


def test_watch_names_full_disk_between_checks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command's own write may fail before the next check."""
    has_free(monkeypatch, 0)
    with disk_space.Watch(tmp_path) as watch:
        assert "has 0 MB free" in (watch.full() or "")


def test_watch_without_full_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    has_free(monkeypatch, 800)
    with disk_space.Watch(tmp_path) as watch:
        pass
    assert watch.full() is None
