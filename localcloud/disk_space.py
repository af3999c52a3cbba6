"""Checks for free disk space before `up` starts, and detects a full disk after a failure."""

import shutil
from pathlib import Path

NEEDED_MB = 500
"""Terraform plans, emulator state and two blog databases take about 330 MB in a new local cloud."""
FULL_MB = 5
"""With less free space than this, a full disk is the likely cause of any failure."""
_MB = 1_000_000


def too_small(folder: Path) -> str | None:
    """Error text when `folder` has too little space for a local cloud; None otherwise."""
    return _message(folder, NEEDED_MB)


def full(folder: Path) -> str | None:
    """Error text when the disk of `folder` is full; None otherwise."""
    return _message(folder, FULL_MB)


def _message(folder: Path, needed: int) -> str | None:
    free = shutil.disk_usage(folder).free // _MB
    if free >= needed:
        return None
    return (
        f"the disk that holds {folder} has {free} MB free; the local cloud needs {NEEDED_MB} MB. Free space, "
        "or set LOCAL_DIR to a folder on another disk."
    )
