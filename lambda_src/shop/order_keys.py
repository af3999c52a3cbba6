"""Sort keys of the Orders table.

An order never changes, except that replication may replace it by the same order of another region. Later events
are items of their own, under a key that starts with the order's id and is written once. So replication cannot
undo them.

| key | item |
| --- | --- |
| `<orderId>` | the order |
| `<orderId>#cancelled` | its cancellation |
| `<orderId>#held#<olderId>` | it overlaps with the older order, and waits for the shopper's decision |
| `<orderId>#held#oversold` | a returned region had sold its copies twice; it waits for a decision |
| `<orderId>#kept` | the shopper has decided to keep it |
| `<orderId>#stock#<region>` | copies that the region has taken from its stock for it |
| `#erased` | the shopper's data must be erased (`shop.erasures`) |
"""

CANCELLED, HELD, KEPT, STOCK = "cancelled", "held", "kept", "stock"
OVERSOLD = "oversold"

AFTER_ALL = "$"
"""Sorts directly after `#`: `<orderId>$` is behind every key of the order, and before the next order."""


def cancelled_key(order_id: str) -> str:
    """Return the key of the order's cancellation."""
    return f"{order_id}#{CANCELLED}"


def held_key(order_id: str, reason: str) -> str:
    """Return the key of the item that holds the order. `reason` is an older order's id or `OVERSOLD`."""
    return f"{order_id}#{HELD}#{reason}"


def kept_key(order_id: str) -> str:
    """Return the key of the shopper's decision to keep the order."""
    return f"{order_id}#{KEPT}"


def stock_key(order_id: str, region: str) -> str:
    """Return the key of the copies that `region` has taken for the order."""
    return f"{order_id}#{STOCK}#{region}"


def split_key(key: str) -> tuple[str, str]:
    """Return the order's id and the kind of item; the kind of the order itself is empty."""
    order_id, _, rest = key.partition("#")
    return order_id, rest.partition("#")[0]
