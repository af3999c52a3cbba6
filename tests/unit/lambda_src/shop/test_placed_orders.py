from typing import Any

import pytest

from shop import order_keys
from shop.placed_orders import Order, OrderItem, states

AT = "2026-01-31T08:15:30.123Z"


def items(number: int) -> list[dict[str, Any]]:
    """Return an order with its cancellation, its hold and a decision."""
    order_id = f"order-{number:05}"
    order = Order("ada", order_id, (OrderItem("a", "The a", 1, 500),), "EUR", AT, "eu-west-1", AT)
    events = (
        order_keys.cancelled_key(order_id),
        order_keys.held_key(order_id, "older"),
        order_keys.kept_key(order_id),
    )
    return [order.to_item(), *({"customerId": "ada", "orderId": key} for key in events)]


def test_states_have_events_of_their_own_order() -> None:
    cancelled, held, placed = items(1), items(2), items(3)
    found = states([placed[0], held[2], *cancelled[:2], held[0], {"customerId": "ada", "orderId": "#erased"}])
    assert [(each.order.order_id, each.cancelled, set(each.held_by), each.kept) for each in found] == [
        ("order-00003", False, set(), False),
        ("order-00001", True, set(), False),
        ("order-00002", False, {"older"}, False),
    ]


def test_work_of_states_grows_with_number_of_items(monkeypatch: pytest.MonkeyPatch) -> None:
    split, calls = order_keys.split_key, 0

    def counted(key: str) -> tuple[str, str]:
        nonlocal calls
        calls += 1
        return split(key)

    monkeypatch.setattr(order_keys, "split_key", counted)
    rows = [row for number in range(100) for row in items(number)]
    assert all(state.cancelled for state in states(rows))
    assert calls <= 2 * len(rows)
