"""A private emulator with the application's tables and an empty search bucket, for one benchmark."""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Any

from localcloud import programs
from localcloud.environment import without_proxy
from localcloud.layout import ROOT, Layout, url
from localcloud.processes import Supervisor

sys.path.insert(0, str(ROOT / "lambda_src"))

from runtime import aws, dynamo
from tests.support.api_events import CLIENT
from tests.support.lambda_tables import BOOKS, CART, ORDERS, STOCK, create_tables
from tests.support.ports import free_base

BATCH = 25
"""Item limit of BatchWriteItem."""
LOADERS = 2
REGION = "eu-west-1"
SEARCH_BUCKET = "search"
TIMEOUT_SECONDS = 120.0
"""Read timeout in seconds: the emulator takes seconds for a page of a large table."""


@contextmanager
def emulator(redis_url: str) -> Iterator[None]:
    """Run an emulator and set a function's environment variables in this process."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        layout = Layout(free_base(), Path(folder))
        supervisor = Supervisor(layout.cloud / "processes", layout.log)
        try:
            supervisor.ensure(programs.aws_part(layout))
            os.environ.update(
                {
                    **without_proxy(os.environ),
                    "AWS_ENDPOINT_URL": url(layout.aws),
                    "AWS_REGION": REGION,
                    "AWS_DEFAULT_REGION": REGION,
                    "AWS_ACCESS_KEY_ID": "test",
                    "AWS_SECRET_ACCESS_KEY": "test",
                    "BOOKS_TABLE": BOOKS,
                    "CART_TABLE": CART,
                    "ORDERS_TABLE": ORDERS,
                    "STOCK_TABLE": STOCK,
                    "SEARCH_BUCKET": SEARCH_BUCKET,
                    "CANCEL_MINUTES": "30",
                    "ORDERS_PER_HOUR": "1000000",
                    "USER_POOL_CLIENT_ID": CLIENT,
                    "REDIS_URL": redis_url,
                }
            )
            aws.client = cache(partial(aws.client.__wrapped__, read_timeout=TIMEOUT_SECONDS))
            create_tables(aws.client("dynamodb"))
            aws.client("s3").create_bucket(
                Bucket=SEARCH_BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
            yield
        finally:
            supervisor.stop_all()


def load(table: str, items: Iterable[dict[str, Any]]) -> None:
    """Put items into a table."""
    client, remaining = aws.client("dynamodb"), iter(items)

    def batches() -> Iterator[list[dict[str, Any]]]:
        while batch := list(islice(remaining, BATCH)):
            yield [{"PutRequest": {"Item": dynamo.dump(item)}} for item in batch]

    def put(batch: list[dict[str, Any]]) -> None:
        left = client.batch_write_item(RequestItems={table: batch})["UnprocessedItems"]
        if left:
            raise RuntimeError(f"The emulator left {left} over.")

    with ThreadPoolExecutor(LOADERS) as pool:
        for _ in pool.map(put, batches()):
            pass
