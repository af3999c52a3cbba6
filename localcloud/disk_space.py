"""Checks for free disk space before `up` starts, and stops it when the disk becomes full."""

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NEEDED_MB = 500
"""Terraform plans, emulator state and two blog databases take about 330 MB in a new local cloud."""
FULL_MB = 20
"""With less free space than this the command stops: Terraform can still write its state."""
CHECK_SECONDS = 1.0
_MB = 1_000_000


def too_small(folder: Path) -> str | None:
    """Error text when `folder` has too little space for a local cloud; None otherwise."""
    return _message(folder, NEEDED_MB)


def full(folder: Path) -> str | None:
    """Error text when the disk of `folder` is full; None otherwise."""
    return _message(folder, FULL_MB)


@contextmanager
def interrupt_when_full(folder: Path) -> Iterator[None]:
    """Send SIGTERM to this process once the disk of `folder` is full.

    The emulator and Terraform repeat failed requests for minutes, so waiting for their errors takes long. A shell lets
    commands in the background ignore SIGINT, so that signal would not do.
    """
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(CHECK_SECONDS):
            if full(folder):
                os.kill(os.getpid(), signal.SIGTERM)
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _message(folder: Path, needed: int) -> str | None:
    free = shutil.disk_usage(folder).free // _MB
    if free >= needed:
        return None
    return (
        f"the disk that holds {folder} has {free} MB free; the local cloud needs {NEEDED_MB} MB. Free space, "
        "or set LOCAL_DIR to a folder on another disk."
    )
