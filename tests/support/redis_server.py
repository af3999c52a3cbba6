"""A real Redis server for tests and benchmarks."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from redis import Redis, RedisError

from localcloud.redis_program import redis_program
from tests.support.waiting import wait_until

START_SECONDS = 10.0


@contextmanager
def redis_server() -> Iterator[str]:
    """Start an empty server without persistence and yield its URL; the context stops it.

    Raises:
        RedisMissingError: this machine has none that is new enough.
        AssertionError: it did not answer within START_SECONDS.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [redis_program(), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        url = f"redis://127.0.0.1:{port}/0"
        _await(url)
        yield url
    finally:
        process.terminate()
        process.wait()


def _await(url: str) -> None:
    with Redis.from_url(url) as client:
        wait_until(lambda: _answers(client), START_SECONDS, "Redis did not start")


def _answers(client: Redis) -> bool:
    with suppress(RedisError):
        return bool(client.ping())
    return False
