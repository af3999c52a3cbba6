"""Moves a region's copies to the other regions before the region is removed.

The other regions stop reading the row of a region that is not registered. So they record the copies that it has given
them as accepted, and the copies of theirs that operators had let it sell as taken. They also record how often it has
claimed which region's copies. All these numbers count without the row.
"""

from collections.abc import Sequence
from typing import Any

from ops.named_tables import TablesOfRegions
from ops.stock import (
    ACCEPTED,
    GIVEN,
    REGISTRY,
    REMOVED_CLAIMS,
    TAKEN,
    Row,
    grouped,
    read,
    rights,
    split,
    update_if,
)


def give_all(deployment: TablesOfRegions, region: str, receivers: Sequence[str]) -> int:
    """Give all copies of `region` to `receivers`, who stop giving it any. Returns the number of copies.

    The region must get no orders. Repeat it, each time after replication has caught up, until it returns 0: each
    repetition first records what the one before has given. Raises botocore's errors.
    """
    accept_all(deployment, region, receivers)
    _unregister(deployment, region)
    moved = 0
    while left := _rights(deployment, region):
        for book, copies in left.items():
            for receiver, share in split(copies, receivers).items():
                moved += _give(deployment, region, book, receiver, share)
    return moved


def accept_all(deployment: TablesOfRegions, region: str, receivers: Sequence[str]) -> None:
    """Record in each receiver's rows what `region` has given it, what `region` was let sell of its share, and how often
    `region` has claimed the shares of other regions.

    Replication must have caught up.
    """
    for receiver in receivers:
        for book, rows in grouped(read(deployment, receiver)).items():
            removed, own = rows.get(region, Row(book, region)), rows.get(receiver, Row(book, receiver))
            claims = ((f"{region}:{lost}", count) for lost, count in removed.claims.items())
            for name, number, recorded in (
                (f"{ACCEPTED}{region}", removed.given.get(receiver, 0), own.accepted.get(region, 0)),
                (f"{TAKEN}{region}", removed.claimed.get(receiver, 0), own.taken.get(region, 0)),
                *((f"{REMOVED_CLAIMS}{names}", n, own.removed_claims.get(names, 0)) for names, n in claims),
            ):
                if number > recorded:
                    _update(
                        deployment,
                        receiver,
                        book,
                        "SET #number = :number ADD received :none, restored :none, spent :none",
                        name,
                        {":number": number, ":none": 0},
                    )


def _rights(deployment: TablesOfRegions, region: str) -> dict[str, int]:
    """The copies that a region still has, by book."""
    rows = grouped(read(deployment, region))
    left = {book: rights(shares, region) for book, shares in rows.items()}
    return {book: copies for book, copies in left.items() if copies > 0}


def _give(deployment: TablesOfRegions, region: str, book: str, receiver: str, copies: int) -> int:
    """Give copies if the region still has them. Returns how many were given."""
    if not copies:
        return 0
    rows = grouped(read(deployment, region, book))[book]
    own = rows[region].spent if region in rows else 0
    most = rights(rows, region) + own - copies
    is_given = _update(
        deployment,
        region,
        book,
        "ADD spent :copies, #number :copies",
        f"{GIVEN}{receiver}",
        {":copies": copies, ":most": most},
        ConditionExpression="attribute_not_exists(spent) OR spent <= :most",
    )
    return copies if is_given else 0


def _unregister(deployment: TablesOfRegions, region: str) -> None:
    primary = next(iter(deployment.regions))
    client, table = deployment.client("dynamodb", primary), deployment.regions[primary].tables["stock"]
    item = client.get_item(TableName=table, Key=REGISTRY, ConsistentRead=True).get("Item", {})
    names = [name for name in item.get("names", {"L": []})["L"] if name["S"] != region]
    client.put_item(TableName=table, Item={**REGISTRY, "names": {"L": names}})


def _update(
    deployment: TablesOfRegions,
    region: str,
    book: str,
    expression: str,
    number: str,
    values: dict[str, int],
    **condition: Any,
) -> bool:
    return update_if(
        deployment.client("dynamodb", region),
        TableName=deployment.regions[region].tables["stock"],
        Key={"bookId": {"S": book}, "region": {"S": region}},
        UpdateExpression=expression,
        ExpressionAttributeNames={"#number": number},
        ExpressionAttributeValues={name: {"N": str(value)} for name, value in values.items()},
        **condition,
    )
