"""Compares tables and bestsellers with the shoppers' record after a drill."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from ops.deployment import Deployment
from ops.drill.ledger import Ledger
from ops.drill.stock_count import StockCount
from ops.items import Item, of_customer, read

Stored = Mapping[tuple[str, str], Any]
"""Orders of a region by customer and id."""
BESTSELLERS = 20
"""Number of compared bestsellers."""


@dataclass(frozen=True)
class Reconciliation:
    """Result of the comparison: each list, and those of `stock`, describe one kind of error."""

    purchases: int
    confirmed: int
    lost: list[str]
    doubled: list[str]
    unexpected: list[str]
    inconsistent: list[str]
    carts: list[str]
    bestsellers: list[str]
    stock: StockCount = field(default_factory=StockCount)

    @property
    def errors(self) -> list[str]:
        """All errors."""
        lists = (
            self.lost,
            self.doubled,
            self.unexpected,
            self.inconsistent,
            self.carts,
            self.bestsellers,
            self.stock.oversold,
            self.stock.inconsistent,
        )
        return [error for errors in lists for error in errors]

    @property
    def good(self) -> bool:
        """Whether there is no error."""
        return not self.errors


def reconcile(deployment: Deployment, ledger: Ledger, customers: Iterable[str]) -> Reconciliation:
    """Read every region's tables consistently and compare them with the ledger.

    Bestsellers and stock lag behind the orders; `compare_bestsellers` and `count_stock` compare them.
    """
    customers = sorted(customers)
    orders = {region: orders_of(deployment, region, customers) for region in deployment.regions}
    confirmed = {
        (purchase.customer, order_id): purchase
        for purchase in ledger.purchases
        for order_id in purchase.order_ids
    }
    lost, inconsistent = _orders_for_several_purchases(ledger), []
    for region, stored in orders.items():
        for (customer, order_id), purchase in confirmed.items():
            found = stored.get((customer, order_id))
            if found is None:
                lost.append(f"{order_id}, confirmed, is not in {region}")
            elif _quantities(found) != dict(purchase.items) or found["total"] != purchase.total:
                inconsistent.append(f"{order_id} in {region} is not what was confirmed")
    second, unexpected = _unexplained(orders, ledger)
    first, *others = orders
    inconsistent += [
        f"{order_id} is not the same in {region} as in {first}"
        for region in others
        for (customer, order_id), order in orders[region].items()
        if order != orders[first].get((customer, order_id))
    ]
    return Reconciliation(
        purchases=len(ledger.purchases),
        confirmed=len(confirmed),
        lost=lost,
        doubled=_purchases_with_several_orders(ledger) + second,
        unexpected=unexpected,
        inconsistent=inconsistent,
        carts=_wrong_carts(deployment, ledger, customers),
        bestsellers=[],
    )


def compare_bestsellers(deployment: Deployment, region: str, api: str) -> list[str]:
    """Return the differences between a region's bestsellers and the sum of its orders."""
    sold: Counter[str] = Counter()
    for order in read(
        deployment.client("dynamodb", region), "scan", TableName=deployment.regions[region].tables["orders"]
    ):
        if isinstance(order.get("items"), list):
            sold.update(_quantities(order))
        elif order["orderId"].endswith("#cancelled"):
            sold.subtract({book: int(copies) for book, copies in order["books"].items()})
    answer = httpx.get(f"{api}/bestsellers", params={"limit": BESTSELLERS}, timeout=10)
    if answer.status_code != 200 or answer.json()["stale"]:
        return [f"{region}: bestsellers are stale or unavailable ({answer.status_code})"]
    ranked = {entry["book"]["id"]: entry["sold"] for entry in answer.json()["items"]}
    wrong = [
        f"{region}: {book} ranked with {count}, ordered {sold[book]}"
        for book, count in ranked.items()
        if sold[book] != count
    ]
    least = min(ranked.values()) if len(ranked) == BESTSELLERS else 0
    missing = [book for book, count in sold.items() if count > least and book not in ranked]
    return wrong + [f"{region}: {book}, ordered {sold[book]}, is not ranked" for book in missing]


def _purchases_with_several_orders(ledger: Ledger) -> list[str]:
    """Purchases that were confirmed with more than one order."""
    return [
        f"{customer} has {len(ids)} orders for one purchase: {', '.join(sorted(ids))}"
        for (customer, _), ids in _confirmed(ledger).items()
        if len(ids) > 1
    ]


def _unexplained(orders: Mapping[str, Stored], ledger: Ledger) -> tuple[list[str], list[str]]:
    """Unexpected orders: second orders of a purchase, and orders without a purchase."""
    known = {(purchase.customer, _key(purchase.items)) for purchase in ledger.purchases}
    second, unexpected = [], []
    for region, customer, order_id, items in _surplus(orders, ledger):
        if (customer, items) in known:
            second.append(f"{order_id} in {region} is a second order of {items}")
        else:
            unexpected.append(f"{order_id} in {region} belongs to no purchase")
    return second, unexpected


def _orders_for_several_purchases(ledger: Ledger) -> list[str]:
    """Orders that were confirmed for several purchases, so that all but one are lost."""
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
    """Yield region, customer, id and items of orders that were not confirmed and that no unanswered request
    explains.

    A purchase without any response may have placed one order of these items.
    """
    confirmed = _confirmed(ledger)
    known = {(customer, order_id) for (customer, _), ids in confirmed.items() for order_id in ids}
    open_purchases = {
        (purchase.customer, purchase.key, _key(purchase.items))
        for purchase in ledger.purchases
        if not confirmed[purchase.customer, purchase.key]
    }
    for region, stored in orders.items():
        explained = Counter((customer, items) for customer, _, items in open_purchases)
        for (customer, order_id), order in stored.items():
            items = _key(_quantities(order))
            if (customer, order_id) in known:
                continue
            if explained[customer, items]:
                explained[customer, items] -= 1
            else:
                yield region, customer, order_id, items


def _confirmed(ledger: Ledger) -> Mapping[tuple[str, str], set[str]]:
    """Confirmed order ids by purchase: customer and key."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for purchase in ledger.purchases:
        found[purchase.customer, purchase.key] |= purchase.order_ids
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
            wrong.append(f"{customer}'s cart holds {seen[first]}, the shopper's last response has {known}")
    for (customer, book), written in ledger.contested.items():
        held = carts[first][customer].get(book)
        if held not in written:
            wrong.append(f"{customer} has {held} of {book}, written were {sorted(written)}")
    return wrong


def orders_of(deployment: Deployment, region: str, customers: Iterable[str]) -> Stored:
    """Read the orders of some customers in one region, consistently."""
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


def _query(deployment: Deployment, region: str, table: str, customer: str) -> Iterator[Item]:
    client, name = deployment.client("dynamodb", region), deployment.regions[region].tables[table]
    found = of_customer(client, name, customer)
    # Keys with # belong to later events of orders and to counters.
    return (item for item in found if not any("#" in str(item.get(key)) for key in ("orderId", "bookId")))


def _quantities(order: dict[str, Any]) -> dict[str, int]:
    return {line["bookId"]: int(line["quantity"]) for line in order["items"]}


def _key(items: Any) -> str:
    return ", ".join(f"{quantity} x {book}" for book, quantity in sorted(items.items()))
