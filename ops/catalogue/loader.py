"""Loads a catalogue file into a deployment's Books table, once per book and from where it stopped."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from ops.catalogue import table
from ops.catalogue.checkpoint import Checkpoint
from ops.catalogue.rows import Book, Rejected, read

REPLICATION_SECONDS = 60.0


class Deployment(Protocol):
    """The part of a deployment that a load needs."""

    @property
    def regions(self) -> Sequence[str]:
        """Names of the regions, the primary first."""

    @property
    def tables(self) -> Mapping[str, str]:
        """Names of the tables, which are the same in every region."""

    def client(self, service: str, region: str) -> Any:
        """A boto3 client."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a load did: `loaded` books of the file are in the table, `resumed` of them by an earlier run."""

    loaded: int
    resumed: int
    rejected: list[Rejected]
    categories: dict[str, int]


def load(
    deployment: Deployment,
    path: Path,
    *,
    progress: Callable[[int, int], None] = lambda _written, _total: None,
    checkpoints: Path | None = None,
) -> Report:
    """Load a file in the first region, count the categories, and wait until every region has the last write.

    `progress` is told how many books of how many are written. A load that was stopped goes on from its
    checkpoint. Raises CatalogueError for a file that is none, TableError when the table refuses or a region
    lags for more than a minute, and whatever botocore raises.
    """
    catalogue = read(path)
    if not catalogue.books:
        return Report(0, 0, catalogue.rejected, {})
    name = deployment.tables["books"]
    client = deployment.client("dynamodb", deployment.regions[0])
    described = client.describe_table(TableName=name)["Table"]
    checkpoint = Checkpoint(
        checkpoints or Path(os.environ.get("LOCAL_DIR", ".local")) / "seed",
        catalogue.books,
        table_arn=described["TableArn"],
        incarnation=f"{described.get('TableId')} {described['CreationDateTime']}",
    )
    resumed = _write(client, name, catalogue.books, checkpoint, progress)
    categories = table.count_categories(client, name)
    _finish(deployment, name, catalogue.books[-1], categories)
    checkpoint.clear()
    return Report(len(catalogue.books), resumed, catalogue.rejected, categories)


def _write(
    client: Any, name: str, books: list[Book], checkpoint: Checkpoint, progress: Callable[[int, int], None]
) -> int:
    """Write what the checkpoint does not vouch for, and say how much it did vouch for."""
    resumed = min(checkpoint.written, len(books))
    progress(resumed, len(books))

    def written(count: int) -> None:
        checkpoint.advance(resumed + count)
        progress(resumed + count, len(books))

    table.write(client, name, books[resumed:], written)
    return resumed


def _finish(deployment: Deployment, name: str, last: Book, categories: dict[str, int]) -> None:
    """Publish the count, then see in every region that it and the last book have arrived."""
    loaded_at = datetime.now(UTC).isoformat(timespec="microseconds")
    table.put_categories(deployment.client("dynamodb", deployment.regions[0]), name, categories, loaded_at)
    for region in deployment.regions:
        client = deployment.client("dynamodb", region)
        for key, wanted in ((last.id, table.book_item(last)), (table.CATEGORIES_ID, {"loadedAt": loaded_at})):
            if not table.wait_for(client, name, key, wanted, REPLICATION_SECONDS):
                raise table.TableError(
                    f"{region} has not received {key} within a minute; look at its replica of {name}"
                )
