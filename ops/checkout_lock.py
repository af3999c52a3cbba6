"""One command at a time in a folder of synthesized Terraform.

A synth with other settings removes the folders of other stacks, in which a deployment may be running.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from ops.errors import RefusedError
from ops.synthesis import synthesized_folder

_held: set[str] = set()
"""Lock files that this process holds: a command may call another one."""


@contextmanager
def checkout_lock(command: str) -> Iterator[None]:
    """Hold the lock of the synthesized folder while `command` runs.

    The operating system releases it when the process ends, however it ends. Raises RefusedError while another
    process holds it, with that process's command, time and number.
    """
    folder = synthesized_folder()
    path = folder.with_name(f"{folder.name}.lock")
    if str(path) in _held:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise RefusedError(f"{folder} is in use by {_holder(lock.read())}: wait until it ends") from None
        lock.truncate(0)
        lock.write(json.dumps({"command": command, "since": _now(), "process": os.getpid()}))
        lock.flush()
        _held.add(str(path))
        try:
            yield
        finally:
            _held.discard(str(path))


def _now() -> str:
    return datetime.now(UTC).strftime("%H:%M:%S UTC")


def _holder(text: str) -> str:
    try:
        holder = json.loads(text)
        return f"`{holder['command']}` since {holder['since']} (process {holder['process']})"
    except (ValueError, KeyError, TypeError):
        return "another command"
