"""Free ports for a local cloud of a test or a benchmark."""

import fcntl
import os
import socket
import tempfile
from pathlib import Path

from localcloud.layout import HOST

NEEDED = 64
"""Number of ports that a local cloud uses from its base."""
BASES = range(20_000, 32_000, NEEDED)
"""Below the ports that Linux chooses for connections."""

_claimed: dict[int, int] = {}
"""Bases of this process, each with the descriptor of its locked file."""


def free_base() -> int:
    """First port of a free range, which no other test process uses until this one ends."""
    candidates: list[int] = [*_claimed, *BASES]
    for base in candidates:
        if all(free(base + port) for port in range(NEEDED)) and _claim(base):
            return base
    raise AssertionError("no ports are free")


def _claim(base: int) -> bool:
    """Lock the base's file, unless another process has locked it. The lock ends with this process."""
    if base in _claimed:
        return True
    folder = Path(tempfile.gettempdir()) / f"bookstore-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    file = os.open(folder / str(base), os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return False
    _claimed[base] = file
    return True


def free(port: int) -> bool:
    """Whether no process listens on the port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0
