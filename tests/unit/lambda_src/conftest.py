import os
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from moto import mock_aws
from redis import Redis

from runtime import aws
from runtime.settings import settings
from tests.support.api_events import CLIENT
from tests.support.lambda_tables import BOOKS, CART, ORDERS, STOCK, Tables, create_tables
from tests.support.redis_server import redis_server
from tests.support.user_pool import POOL

ENVIRONMENT = {
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "BOOKS_TABLE": BOOKS,
    "CART_TABLE": CART,
    "ORDERS_TABLE": ORDERS,
    "STOCK_TABLE": STOCK,
    "CANCEL_MINUTES": "30",
    "ORDERS_PER_HOUR": "1000",
    "REDIS_URL": "redis://127.0.0.1:1/0",  # where nothing listens
    "SEARCH_BUCKET": "shop-test-search",
    "WEB_BUCKET": "shop-test-web",
    "STOREFRONT_URL": "https://books.example.com",
    "API_URL": "https://api.books.example.com/v1",
    "SHOP_NAME": "bookstore-test",
    "USER_POOL_CLIENT_ID": CLIENT,
    "USER_POOL_ID": POOL,
    "LOG_LEVEL": "INFO",
}
CACHES = (
    "runtime.settings",
    "accounts.cleaner",
    "accounts.handler",
    "catalog.handler",
    "cart.handler",
    "orders.handler",
    "stock.handler",
    "bestsellers.connection",
    "bestsellers.handler",
    "bestsellers.feeder",
    "health.handler",
    "pages.handler",
    "search.builder",
    "search.handler",
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


@pytest.fixture
def search_bucket(tables: Tables) -> Any:
    """The bucket for search indexes, empty; a client of S3."""
    client = aws.client("s3", read_timeout=10)
    client.create_bucket(
        Bucket=ENVIRONMENT["SEARCH_BUCKET"], CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    return client


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis server of its own for these tests."""
    with redis_server() as url:
        yield url


@pytest.fixture
def redis(redis_url: str, monkeypatch: pytest.MonkeyPatch, environment: None) -> Iterator[Redis]:
    """That server, emptied, and its address where functions look for it."""
    monkeypatch.setenv("REDIS_URL", redis_url)
    settings.cache_clear()
    with Redis.from_url(redis_url, decode_responses=True) as client:
        client.flushall()
        yield client
