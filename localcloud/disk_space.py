"""Checks for free disk space before `up` starts, and stops it when the disk becomes full."""

import os
import shutil
import signal
import threading
from pathlib import Path
from typing import Self

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


class Watch:
    """Sends SIGTERM to this process once the disk of `folder` is full.

    The emulator and Terraform repeat failed requests for minutes, so waiting for their errors takes long. A shell lets
    commands in the background ignore SIGINT, so that signal would not do.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: str | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def full(self) -> str | None:
        """Error text when the disk was full at a check, or is now; None otherwise.

        What ends after the signal may free space again, so the check's text is kept.
        """
        return self._seen or full(self._folder)

    def _run(self) -> None:
        while not self._ended.wait(CHECK_SECONDS):
            self._seen = full(self._folder)
            if self._seen:
                os.kill(os.getpid(), signal.SIGTERM)
                return


def _message(folder: Path, needed: int) -> str | None:
    free = shutil.disk_usage(folder).free // _MB
    if free >= needed:
        return None
    return (
        f"the disk that holds {folder} has {free} MB free; the local cloud needs {NEEDED_MB} MB. Free space, "
        "or set LOCAL_DIR to a folder on another disk."
    )
