"""Loads a catalog file into a deployment's Books table, once per book and from where it stopped."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ops import stock
from ops.catalog import table
from ops.catalog.checkpoint import Checkpoint
from ops.catalog.rows import Book, Rejected, read
from ops.named_tables import TablesOfRegions

REPLICATION_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a load: `loaded` books of the file are in the table, `resumed` of them by an earlier run."""

    loaded: int
    resumed: int
    rejected: list[Rejected]
    categories: dict[str, int]


def load(
    deployment: TablesOfRegions,
    path: Path,
    *,
    progress: Callable[[int, int], None] = lambda _written, _total: None,
    checkpoints: Path | None = None,
    weights: Mapping[str, int] | None = None,
) -> Report:
    """Load a file in the first region, count the categories, and wait until every region has the last write.

    Copies are written before the books, because a book without rows in the Stock table is sold without limit.
    `weights` shares new books' copies over the regions. `progress` is called with the written and the total number of
    books. An interrupted load continues from its checkpoint. Raises CatalogError for a file that is no catalog,
    TableError when the table refuses or a region lags by more than a minute, and botocore's errors.
    """
    catalog = read(path)
    if not catalog.books:
        return Report(0, 0, catalog.rejected, {})
    primary = next(iter(deployment.regions))
    name = deployment.regions[primary].tables["books"]
    client = deployment.client("dynamodb", primary)
    described = client.describe_table(TableName=name)["Table"]
    checkpoint = Checkpoint(
        checkpoints or Path(os.environ.get("LOCAL_DIR", ".local")) / "seed",
        catalog.books,
        table_arn=described["TableArn"],
        incarnation=f"{described.get('TableId')} {described['CreationDateTime']}",
    )
    copies = {book.id: book.stock for book in catalog.books if book.stock is not None}
    stock.load(deployment, copies, weights)
    resumed = _write(client, name, catalog.books, checkpoint, progress)
    categories = table.count_categories(client, name)
    _publish(client, name, categories, catalog.books[-1], deployment)
    checkpoint.clear()
    return Report(len(catalog.books), resumed, catalog.rejected, categories)


def _write(
    client: Any, name: str, books: list[Book], checkpoint: Checkpoint, progress: Callable[[int, int], None]
) -> int:
    """Write the books after the checkpoint; returns how many it had."""
    resumed = min(checkpoint.written, len(books))
    progress(resumed, len(books))

    def written(count: int) -> None:
        checkpoint.advance(resumed + count)
        progress(resumed + count, len(books))

    table.write(client, name, books[resumed:], written)
    return resumed


def _publish(
    client: Any, name: str, categories: Mapping[str, int], last: Book, deployment: TablesOfRegions
) -> None:
    """Write the category counts, then wait until every region has them and the last book."""
    loaded_at = datetime.now(UTC).isoformat(timespec="microseconds")
    table.put_categories(client, name, categories, loaded_at)
    for region, has in deployment.regions.items():
        local = deployment.client("dynamodb", region)
        for key, wanted in ((last.id, table.book_item(last)), (table.CATEGORIES_ID, {"loadedAt": loaded_at})):
            if not table.wait_for(local, has.tables["books"], key, wanted, REPLICATION_SECONDS):
                raise table.TableError(f"{region} has not received {key} within a minute; check its replica")
