"""After a drill: what the tables and the best sellers say, held against what the shoppers know."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import httpx
from boto3.dynamodb.types import TypeDeserializer

from ops.deployment import Deployment
from ops.drill.ledger import Ledger

Stored = Mapping[tuple[str, str], Any]
"""A region's orders, by customer and id."""
BESTSELLERS = 20
"""How many best sellers are looked at."""


@dataclass(frozen=True)
class Reconciliation:
    """Each list names what is wrong; empty lists are what a drill is for."""

    intents: int
    confirmed: int
    lost: list[str]
    doubled: list[str]
    unasked: list[str]
    different: list[str]
    carts: list[str]
    bestsellers: list[str]

    @property
    def good(self) -> bool:
        """Whether nothing at all is wrong."""
        return not any(value for value in asdict(self).values() if isinstance(value, list))


def reconcile(deployment: Deployment, ledger: Ledger, customers: Iterable[str]) -> Reconciliation:
    """Read every region's tables, consistently, and compare. Best sellers are compared by the caller's leave
    through `compare_bestsellers`, since they follow the orders a little later.
    """
    customers = sorted(customers)
    orders = {region: _orders_of(deployment, region, customers) for region in deployment.regions}
    asked = {
        (intent.customer, order_id): intent for intent in ledger.intents for order_id in intent.order_ids
    }
    lost, different = _swallowed(ledger), []
    for region, stored in orders.items():
        for (customer, order_id), intent in asked.items():
            found = stored.get((customer, order_id))
            if found is None:
                lost.append(f"{order_id}, confirmed, is not in {region}")
            elif _quantities(found) != dict(intent.items) or found["total"] != intent.total:
                different.append(f"{order_id} in {region} is not what was confirmed")
    second, unasked = _unexplained(orders, ledger)
    first, *others = orders
    different += [
        f"{order_id} is not the same in {region} as in {first}"
        for region in others
        for (customer, order_id), order in orders[region].items()
        if order != orders[first].get((customer, order_id))
    ]
    return Reconciliation(
        intents=len(ledger.intents),
        confirmed=len(asked),
        lost=lost,
        doubled=_told_twice(ledger) + second,
        unasked=unasked,
        different=different,
        carts=_wrong_carts(deployment, ledger, customers),
        bestsellers=[],
    )


def compare_bestsellers(deployment: Deployment, region: str, api: str) -> list[str]:
    """Which of a region's best sellers are not what its orders add up to."""
    sold: Counter[str] = Counter()
    for order in _scan(deployment, region, "orders"):
        if isinstance(order.get("items"), list):
            sold.update(_quantities(order))
    answer = httpx.get(f"{api}/bestsellers", params={"limit": BESTSELLERS}, timeout=10)
    if answer.status_code != 200 or answer.json()["stale"]:
        return [f"{region}: best sellers are stale or away ({answer.status_code})"]
    ranked = {entry["book"]["id"]: entry["sold"] for entry in answer.json()["items"]}
    wrong = [
        f"{region}: {book} ranked with {count}, ordered {sold[book]}"
        for book, count in ranked.items()
        if sold[book] != count
    ]
    least = min(ranked.values()) if len(ranked) == BESTSELLERS else 0
    missing = [book for book, count in sold.items() if count > least and book not in ranked]
    return wrong + [f"{region}: {book}, ordered {sold[book]}, is not ranked" for book in missing]


def _told_twice(ledger: Ledger) -> list[str]:
    """Purchases that came to more than one order, as shoppers were told."""
    return [
        f"{customer} was told of {len(ids)} orders for one purchase: {', '.join(sorted(ids))}"
        for (customer, _), ids in _confirmed(ledger).items()
        if len(ids) > 1
    ]


def _unexplained(orders: Mapping[str, Stored], ledger: Ledger) -> tuple[list[str], list[str]]:
    """Surplus orders: those of items that their customer did ask for, a second time, and the others."""
    known = {(intent.customer, _key(intent.items)) for intent in ledger.intents}
    second, unasked = [], []
    for region, customer, order_id, items in _surplus(orders, ledger):
        if (customer, items) in known:
            second.append(f"{order_id} in {region} is a second order of {items}")
        else:
            unasked.append(f"{order_id} in {region} was never asked for")
    return second, unasked


def _swallowed(ledger: Ledger) -> list[str]:
    """Orders that stand for several purchases, so that all but one of these are lost."""
    keys: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for (customer, key), ids in _confirmed(ledger).items():
        for order_id in ids:
            keys[customer, order_id].add(key)
    return [
        f"{order_id} was confirmed for {len(purchases)} purchases"
        for (_, order_id), purchases in keys.items()
        if len(purchases) > 1
    ]


def _surplus(orders: Mapping[str, Stored], ledger: Ledger) -> Iterator[tuple[str, str, str, str]]:
    """Region, customer, id and items of each order that nobody saw confirmed and that no unanswered request explains.

    A purchase whose every answer was lost may have come to an order, to one of these items.
    """
    confirmed = _confirmed(ledger)
    told = {(customer, order_id) for (customer, _), ids in confirmed.items() for order_id in ids}
    open_purchases = {
        (intent.customer, intent.key, _key(intent.items))
        for intent in ledger.intents
        if not confirmed[intent.customer, intent.key]
    }
    for region, stored in orders.items():
        explained = Counter((customer, items) for customer, _, items in open_purchases)
        for (customer, order_id), order in stored.items():
            items = _key(_quantities(order))
            if (customer, order_id) in told:
                continue
            if explained[customer, items]:
                explained[customer, items] -= 1
            else:
                yield region, customer, order_id, items


def _confirmed(ledger: Ledger) -> Mapping[tuple[str, str], set[str]]:
    """Ids of the orders that were confirmed for each purchase: a customer's, under one key."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for intent in ledger.intents:
        found[intent.customer, intent.key] |= intent.order_ids
    return found


def _wrong_carts(deployment: Deployment, ledger: Ledger, customers: list[str]) -> list[str]:
    wrong = []
    carts = {region: _carts_of(deployment, region, customers) for region in deployment.regions}
    first = next(iter(carts))
    for customer in customers:
        seen = {region: found[customer] for region, found in carts.items()}
        if any(cart != seen[first] for cart in seen.values()):
            wrong.append(f"{customer}'s cart differs between regions: {seen}")
        known = ledger.carts.get(customer)
        if known is not None and seen[first] != known:
            wrong.append(f"{customer}'s cart holds {seen[first]}, the shopper left {known}")
    for (customer, book), written in ledger.contested.items():
        held = carts[first][customer].get(book)
        if held not in written:
            wrong.append(f"{customer} has {held} of {book}, nobody wrote that: {sorted(written)}")
    return wrong


def _orders_of(deployment: Deployment, region: str, customers: list[str]) -> Stored:
    return {
        (customer, order["orderId"]): order
        for customer in customers
        for order in _query(deployment, region, "orders", customer)
    }


def _carts_of(deployment: Deployment, region: str, customers: list[str]) -> dict[str, dict[str, int]]:
    return {
        customer: {
            line["bookId"]: int(line["quantity"])
            for line in _query(deployment, region, "cart", customer)
            if line["quantity"] > 0
        }
        for customer in customers
    }


def _query(deployment: Deployment, region: str, table: str, customer: str) -> Iterator[dict[str, Any]]:
    pages = (
        deployment.client("dynamodb", region)
        .get_paginator("query")
        .paginate(
            TableName=deployment.regions[region].tables[table],
            KeyConditionExpression="customerId = :customer",
            ExpressionAttributeValues={":customer": {"S": customer}},
            ConsistentRead=True,
        )
    )
    return (_plain(item) for page in pages for item in page["Items"])


def _scan(deployment: Deployment, region: str, table: str) -> Iterator[dict[str, Any]]:
    pages = (
        deployment.client("dynamodb", region)
        .get_paginator("scan")
        .paginate(TableName=deployment.regions[region].tables[table], ConsistentRead=True)
    )
    return (_plain(item) for page in pages for item in page["Items"])


def _plain(item: dict[str, Any]) -> dict[str, Any]:
    return {name: TypeDeserializer().deserialize(value) for name, value in item.items()}


def _quantities(order: dict[str, Any]) -> dict[str, int]:
    return {line["bookId"]: int(line["quantity"]) for line in order["items"]}


def _key(items: Any) -> str:
    return ", ".join(f"{quantity} x {book}" for book, quantity in sorted(items.items()))
