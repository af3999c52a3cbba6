"""Room on the disk that a local cloud writes to: `up` asks for it first, and tells when it has run out of it."""

import shutil
from pathlib import Path

NEEDED_MB = 500
"""Terraform's plans, the emulator's state, two databases of the blog: a third of a gigabyte when the shop is new."""
FULL_MB = 5
"""With less than this left, whatever failed most likely failed for it."""
_MB = 1_000_000


def too_small(folder: Path) -> str | None:
    """What to tell who has no room for a local cloud in `folder`; None where there is enough."""
    return _told(folder, NEEDED_MB)


def full(folder: Path) -> str | None:
    """What to tell who has filled the disk meanwhile; None where that is not so."""
    return _told(folder, FULL_MB)


def _told(folder: Path, needed: int) -> str | None:
    free = shutil.disk_usage(folder).free // _MB
    if free >= needed:
        return None
    return (
        f"the disk that holds {folder} has {free} MB left, and a shop needs {NEEDED_MB}: make room, "
        "or name a folder on another disk with LOCAL_DIR"
    )
