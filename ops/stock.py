"""Stock as operators see it: rows of the Stock table, each read and written in its own region.

A region's row is written only at that region's endpoint, as the functions do. `lambda_src/shop/stock.py` explains the
numbers and why they only grow.
"""

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ops.aws import explain
from ops.errors import InterruptError, OperatorError
from ops.items import plain
from ops.named_tables import TablesOfRegions

GIVEN, CLAIMED, CLAIMS = "given:", "claimed:", "claims:"
ACCEPTED, TAKEN, REMOVED_CLAIMS = "accepted:", "taken:", "removedClaims:"
REGISTRY = {"bookId": {"S": "_regions"}, "region": {"S": "_"}}
"""Key of the item with the names of all regions that may have rows. Functions read it."""

_WORKERS = 8
_ATTEMPTS = 10


@dataclass(frozen=True)
class Row:
    """One region's share of a book's copies."""

    book: str
    region: str
    received: int = 0
    restored: int = 0
    spent: int = 0
    wanted: int = 0
    given: Mapping[str, int] = field(default_factory=dict)
    claimed: Mapping[str, int] = field(default_factory=dict)
    accepted: Mapping[str, int] = field(default_factory=dict)
    claims: Mapping[str, int] = field(default_factory=dict)
    claims_seen: int = 0
    taken: Mapping[str, int] = field(default_factory=dict)
    removed_claims: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, item: Mapping[str, Any]) -> "Row":
        """Read an item in DynamoDB's attribute notation."""
        values = plain(item)

        def prefixed(prefix: str) -> dict[str, int]:
            return {
                name.removeprefix(prefix): int(count)
                for name, count in values.items()
                if name.startswith(prefix)
            }

        numbers = {name: int(values.get(name, 0)) for name in ("received", "restored", "spent", "wanted")}
        return cls(
            values["bookId"],
            values["region"],
            **numbers,
            given=prefixed(GIVEN),
            claimed=prefixed(CLAIMED),
            accepted=prefixed(ACCEPTED),
            claims=prefixed(CLAIMS),
            claims_seen=int(values.get("claimsSeen", 0)),
            taken=prefixed(TAKEN),
            removed_claims=prefixed(REMOVED_CLAIMS),
        )

    @property
    def sold(self) -> int:
        """Copies sold in this region, without those that came back."""
        return self.spent - sum(self.given.values()) - self.restored


Rows = Mapping[str, Row]
"""Rows of one book by region."""


@dataclass(frozen=True)
class Status:
    """A region's share of a book.

    `rights` is below zero if the share was claimed and the region had sold copies that were not replicated.
    `in_flight`: copies given to it that have not arrived.
    """

    book: str
    region: str
    rights: int
    sold: int
    given: int
    wanted: int
    in_flight: int


def rights(rows: Rows, region: str) -> int:
    """Return the copies that a region may still sell."""
    own = rows.get(region, Row("", region))
    others = [row for row in rows.values() if row.region != region]
    given = {row.region: row.given.get(region, 0) for row in others}
    claimed = {row.region: row.claimed.get(region, 0) for row in others}
    claims = sum(own.claimed.values()) - _sum_of_higher(claimed, own.taken)
    return own.received + own.restored + _sum_of_higher(given, own.accepted) + claims - own.spent


def _sum_of_higher(read: Mapping[str, int], recorded: Mapping[str, int]) -> int:
    return sum(max(read.get(region, 0), recorded.get(region, 0)) for region in {*read, *recorded})


def split(copies: int, regions: Sequence[str], weights: Mapping[str, int] | None = None) -> dict[str, int]:
    """Share copies over regions by weight, 1 by default. The first regions with a weight get the remainder."""
    weight = {region: (weights or {}).get(region, 1) for region in regions}
    total = sum(weight.values())
    shares = {region: copies * weight[region] // total for region in regions}
    for region in [region for region in regions if weight[region]][: copies - sum(shares.values())]:
        shares[region] += 1
    return shares


def register(deployment: TablesOfRegions) -> None:
    """Add the deployment's regions to the names that functions read."""
    primary = next(iter(deployment.regions))
    client, table = _table(deployment, primary)
    item = client.get_item(TableName=table, Key=REGISTRY, ConsistentRead=True).get("Item", {})
    known = {name["S"] for name in item.get("names", {"L": []})["L"]}
    names = [{"S": name} for name in sorted(known | set(deployment.regions))]
    client.put_item(TableName=table, Item={**REGISTRY, "names": {"L": names}})


def load(
    deployment: TablesOfRegions, copies: Mapping[str, int], weights: Mapping[str, int] | None = None
) -> int:
    """Share the copies of each book over the regions by weight, unless a region has received copies of it.

    A repetition adds nothing, or the rest after an interruption: the regions together, with those that were removed,
    never receive more than `copies`. A region that was added since has an empty row, and asks the others for copies.

    Returns the number of books of which a row was written.
    """
    if not copies:
        return 0
    register(deployment)
    with ThreadPoolExecutor(_WORKERS) as pool:
        tables = pool.map(lambda region: grouped(read(deployment, region)), deployment.regions)
        views = dict(zip(deployment.regions, tables, strict=True))
        jobs = [
            (region, book, share)
            for book, total in copies.items()
            for region, share in _first_copies(
                split(total, list(deployment.regions), weights),
                {region: view.get(book, {}) for region, view in views.items()},
            ).items()
        ]
        created = list(pool.map(lambda job: _receive(deployment, *job), jobs))
    return len({book for (_, book, _), new in zip(jobs, created, strict=True) if new})


def _first_copies(shares: Mapping[str, int], views: Mapping[str, Rows]) -> dict[str, int]:
    """Return the copies of a book to write into rows that have received none: into new rows also none.

    Args:
        shares: all copies of the book, by region.
        views: rows of the book, as each region's table has them.
    """
    received: dict[str, int] = {}
    for row in (row for view in views.values() for row in view.values()):
        received[row.region] = max(row.received, received.get(row.region, 0))  # It only grows.
    left = max(0, sum(shares.values()) - sum(received.values()))
    first: dict[str, int] = {}
    for region, share in shares.items():
        copies = min(share, left) if not received.get(region) else 0
        if copies or region not in views[region]:
            first[region] = copies
        left -= copies
    return first


def _receive(deployment: TablesOfRegions, region: str, book: str, copies: int) -> bool:
    """Write the first copies of a book into a region's row. Returns False if it has received some already.

    The row may exist: when another region's row arrives first, the region's function asks for copies in its own.
    """
    client, table = _table(deployment, region)
    condition = "attribute_not_exists(bookId)" + (" OR received = :none" if copies else "")
    return update_if(
        client,
        TableName=table,
        Key={"bookId": {"S": book}, "region": {"S": region}},
        UpdateExpression="SET wanted = if_not_exists(wanted, :none) "
        "ADD received :copies, restored :none, spent :none",
        ConditionExpression=condition,
        ExpressionAttributeValues={":copies": {"N": str(copies)}, ":none": {"N": "0"}},
    )


def update_if(client: Any, **request: Any) -> bool:
    """Update an item by a transaction of its own. Returns False if its condition does not hold.

    When an answer is lost, botocore sends the request again. A transaction has a token by which DynamoDB then changes
    nothing; an UpdateItem would add its numbers twice. While an order changes the item, this tries again.

    Raises OperatorError after 10 attempts, and botocore's other errors.
    """
    for attempt in range(_ATTEMPTS):
        try:
            client.transact_write_items(TransactItems=[{"Update": request}])
        except client.exceptions.TransactionCanceledException as error:
            match error.response["CancellationReasons"][0]["Code"]:
                case "ConditionalCheckFailed":
                    return False
                case "TransactionConflict":
                    time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - jitter, not a secret
                case _:
                    raise
        else:
            return True
    raise OperatorError(
        f"orders changed the row in {request['TableName']} at each of {_ATTEMPTS} attempts; try again"
    )


def add(
    deployment: TablesOfRegions,
    book: str,
    copies: int,
    region: str | None = None,
    weights: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Add received copies of a book to one region, or share them over all by weight. Returns the copies by region.

    Raises:
        OperatorError: the catalog has no such book, or a region did not answer. The message says what was added.
        InterruptError: stopped meanwhile. The message says what was added.
    """
    primary = next(iter(deployment.regions))
    books = deployment.regions[primary].tables["books"]
    key = {"id": {"S": book}}
    if "Item" not in deployment.client("dynamodb", primary).get_item(TableName=books, Key=key):
        raise OperatorError(f"the catalog has no book {book!r}")
    register(deployment)
    shares = {region: copies} if region else split(copies, list(deployment.regions), weights)
    added: dict[str, int] = {}
    for each, share in shares.items():
        client, table = _table(deployment, each)
        try:
            update_if(
                client,
                TableName=table,
                Key={"bookId": {"S": book}, "region": {"S": each}},
                UpdateExpression="ADD received :copies, restored :none, spent :none",
                ExpressionAttributeValues={":copies": {"N": str(share)}, ":none": {"N": "0"}},
            )
        except (BotoCoreError, ClientError, OperatorError) as error:
            cause = str(error) if isinstance(error, OperatorError) else explain(error)
            raise OperatorError(_partly_added(book, each, shares, added, cause)) from error
        except KeyboardInterrupt:
            raise InterruptError(_partly_added(book, each, shares, added, "interrupted")) from None
        added[each] = share
    return shares


def _partly_added(
    book: str, region: str, shares: Mapping[str, int], added: Mapping[str, int], cause: str
) -> str:
    done = ", ".join(f"{copies} to {each}" for each, copies in added.items()) or "none"
    rest = [
        f"make stock BOOK={book} ADD={shares[each]} REGION={each}" for each in shares if each not in added
    ]
    return (
        f"{region}: {cause}\nCopies that were added: {done}. See in `make stock BOOK={book}` whether those of {region} "
        "arrived. To add the rest:\n  " + "\n  ".join(rest)
    )


def claim(deployment: TablesOfRegions, lost: str, only: str | None = None) -> dict[str, int]:
    """Let the other regions sell what a lost region had left of all books or of one, as far as they know.

    Returns the copies by book.

    Copies that the lost region had asked for are not given to it until it returns and asks again. A repetition changes
    nothing. If the lost region had sold copies that were not replicated, its rights are below zero
    by exactly that number when it returns.

    Raises:
        OperatorError: a row was claimed after it was read, by another command or by one whose claims have not arrived
            here. Nothing is claimed twice, and a repetition claims the rest.
    """
    survivors = [region for region in deployment.regions if region != lost]
    books = grouped(read(deployment, survivors[0], only))
    found = {
        book: left
        for book, rows in books.items()
        if (left := max(0, rights(rows, lost))) or _asks(rows, lost)
    }
    jobs = [
        (region, book, share, books[book].get(region, Row(book, region)).claims.get(lost, 0))
        for book, left in found.items()
        for region, share in split(left, survivors).items()
    ]
    with ThreadPoolExecutor(_WORKERS) as pool:
        is_claimed = list(pool.map(lambda job: _claim(deployment, lost, *job), jobs))
    if not all(is_claimed):
        raise OperatorError(
            f"another claim of {lost}'s stock is running, or has not reached {survivors[0]} yet: "
            f"{is_claimed.count(False):,} of {len(jobs):,} shares were left out. Wait for it, then repeat this"
        )
    return {book: left for book, left in found.items() if left}


def _claim(deployment: TablesOfRegions, lost: str, region: str, book: str, share: int, seen: int) -> bool:
    """Add a share of a lost region's copies to a region. Returns False if its row has other claims than were seen."""
    client, table = _table(deployment, region)
    values = {":share": share, ":one": 1, ":none": 0, ":seen": seen}
    return update_if(
        client,
        TableName=table,
        Key={"bookId": {"S": book}, "region": {"S": region}},
        UpdateExpression="ADD #claimed :share, #claims :one, spent :none, received :none",
        ConditionExpression="#claims = :seen" + ("" if seen else " OR attribute_not_exists(#claims)"),
        ExpressionAttributeNames={"#claimed": f"{CLAIMED}{lost}", "#claims": f"{CLAIMS}{lost}"},
        ExpressionAttributeValues={name: {"N": str(value)} for name, value in values.items()},
    )


def _asks(rows: Rows, region: str) -> bool:
    """Whether other regions would give copies to a region, as `shop.stock.asks` decides."""
    own = rows.get(region, Row("", region))
    return own.wanted > 0 and own.claims_seen >= claims(rows, region)


def claims(rows: Rows, region: str) -> int:
    """Return how many times a region's share was claimed, also by regions that were removed since."""
    read = {row.region: row.claims.get(region, 0) for row in rows.values()}
    recorded: dict[str, int] = {}
    for row in rows.values():
        for names, count in row.removed_claims.items():
            removed, lost = names.split(":")
            if lost == region:
                recorded[removed] = max(count, recorded.get(removed, 0))
    return _sum_of_higher(read, recorded)


def read(deployment: TablesOfRegions, region: str, book: str | None = None) -> list[Row]:
    """Read the rows of all books, or of one, as one region's table has them."""
    client, table = _table(deployment, region)
    query: dict[str, Any] = {"TableName": table, "ConsistentRead": True}
    operation = "scan"
    if book is not None:
        operation = "query"
        query["KeyConditionExpression"] = "bookId = :book"
        query["ExpressionAttributeValues"] = {":book": {"S": book}}
    pages = client.get_paginator(operation).paginate(**query)
    items = (item for page in pages for item in page["Items"])
    # A sort key with # is not a region's.
    shares = (item for item in items if not item["region"]["S"].startswith("#"))
    return [Row.of(item) for item in shares if item["bookId"] != REGISTRY["bookId"]]


def grouped(rows: Iterable[Row]) -> dict[str, dict[str, Row]]:
    """Group rows: by region, by book."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(row.book, {})[row.region] = row
    return found


def status(deployment: TablesOfRegions, book: str | None = None) -> list[Status]:
    """Return every region's share of every book, or of one book, by book and region."""
    with ThreadPoolExecutor(_WORKERS) as pool:
        tables = pool.map(lambda region: grouped(read(deployment, region, book)), deployment.regions)
        views = dict(zip(deployment.regions, tables, strict=True))
    books = sorted({each for view in views.values() for each in view})
    return [_status(each, region, views) for each in books for region in views]


def _status(book: str, region: str, views: Mapping[str, Mapping[str, Rows]]) -> Status:
    rows = views[region].get(book, {})
    own = rows.get(region, Row(book, region))
    in_flight = 0
    for giver, view in views.items():
        sent = view.get(book, {}).get(giver, own).given.get(region, 0) if giver != region else 0
        arrived = rows[giver].given.get(region, 0) if giver in rows and giver != region else 0
        in_flight += max(0, sent - arrived)
    given = sum(own.given.values())
    return Status(book, region, rights(rows, region), own.sold, given, own.wanted, in_flight)


def _table(deployment: TablesOfRegions, region: str) -> tuple[Any, str]:
    return deployment.client("dynamodb", region), deployment.regions[region].tables["stock"]
