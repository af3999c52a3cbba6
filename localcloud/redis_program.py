"""Finds the Redis server to run: the pinned one, or one of this machine."""

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from localcloud.layout import ROOT
from ops.errors import OperatorError

LEAST = (6, 2)
"""The first version with access rules for channels (`&*`), which the users in `programs.py` have.
https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/"""
PINNED = ROOT / ".local" / "emulators" / "bin" / "redis-server"
"""Of `emulators.in`. It exists for Pythons before 3.13 only."""
CANDIDATES = (str(PINNED), "redis-server", "valkey-server")
"""The first versions of Valkey were 7.2 and 8.0."""
_VERSION = re.compile(r"\bv=(\d+)\.(\d+)")


class RedisMissingError(OperatorError):
    """This machine has no Redis server that is new enough. The message says what to install."""


def redis_program(candidates: Iterable[str | Path] = CANDIDATES) -> str:
    """Return the first of `candidates` that runs and has at least version LEAST. Raises RedisMissingError."""
    for candidate in candidates:
        if _version(candidate) >= LEAST:
            return str(candidate)
    raise RedisMissingError(
        "missing: Redis 6.2 or newer, or Valkey. Install it: apt-get install redis-server (Debian 12, Ubuntu 24.04 or "
        "newer), brew install redis, or see https://valkey.io/download/"
    )


def _version(program: str | Path) -> tuple[int, ...]:
    """Major and minor version; empty if the program does not run or reports none."""
    try:
        shown = subprocess.run(
            [program, "--version"], capture_output=True, text=True, errors="replace", check=False
        ).stdout
    except OSError:
        return ()
    found = _VERSION.search(shown)
    return tuple(map(int, found.groups())) if found else ()
