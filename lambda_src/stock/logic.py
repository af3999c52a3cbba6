"""Keeps orders and stock consistent after replication, moves copies between regions, and erases persons.

Every operation can be repeated, in any order: holds are released at most once, `held` items have the same content
wherever they are written, and a grant depends on the current rows and not on the event.
"""

from datetime import timedelta

from runtime import clock, log
from runtime.dynamo import Item
from runtime.errors import BookstoreError
from shop.placed_orders import Order
from shop.stock_rows import StockRows
from stock import rules
from stock.erasure import Erasure
from stock.models import Change, ErasureRequested, OrderCancelled, OrderWritten
from stock.store import StockStore

_LATER = timedelta(days=1)
"""Orders of other regions may be younger than the current one, and clocks differ."""


class Stock:
    """The stock function of one region."""

    def __init__(self, store: StockStore, rows: StockRows, erasure: Erasure) -> None:
        self._store = store
        self._rows = rows
        self._erasure = erasure

    def apply(self, change: Change) -> None:
        """Process one change.

        Raises:
            Unavailable: DynamoDB does not answer or is busy.
        """
        match change:
            case OrderWritten(order, is_moved):
                if is_moved:
                    self._store.sort_events(order.customer_id, order.order_id)
                self._order_written(order)
            case OrderCancelled(customer_id, order_id):
                self._release(customer_id, order_id)
                self._store.sort_events(customer_id, order_id)
            case ErasureRequested(customer_id):
                self._erasure.erase(customer_id)
                log.metric("PersonsErased", 1)
            case _:
                self._balance(change.book_id)

    def erase(self, customer_id: str) -> dict[str, int]:
        """Request an erasure in every region, and erase what this one has. See `Erasure.erase`."""
        self._erasure.request(customer_id, clock.now())
        return self._erasure.erase(customer_id)

    def sweep(self, older_than: timedelta = timedelta()) -> int:
        """Release holds whose events were lost. Returns the number of released holds.

        It also repeats recent erasures: a cart line may have been written while the first one ran.

        Holds come first: the erasure of a person with many orders may take the rest of the function's time. A hold or
        an erasure that fails does not keep the others from being processed.

        `older_than` is subtracted from the age from which holds are checked.

        Raises:
            ExceptionGroup: some holds or erasures failed; the others were processed.
            Unavailable: DynamoDB does not answer or is busy.
        """
        released = 0
        failures: list[BookstoreError] = []
        for hold in self._store.due_holds(clock.now() + older_than):
            try:
                released += self._check(hold)
            except BookstoreError as failure:
                failures.append(failure)
        for customer_id in self._erasure.pending():
            try:
                self._erasure.erase(customer_id)
            except BookstoreError as failure:
                failures.append(failure)
        if failures:
            raise ExceptionGroup("Some holds or erasures failed.", failures)
        return released

    def _check(self, hold: Item) -> bool:
        """Release a hold if its copies must return. Returns whether copies were restored.

        The hold of a held order stays in the sweep's index: the shopper may cancel the order at any time.
        """
        customer_id, order_id = hold["customerId"], hold["orderId"].partition("#")[0]
        state = self._store.order(customer_id, order_id)
        if state is not None and rules.is_release_due(state, self._rows.region):
            return self._release(customer_id, order_id)
        if state is None or not state.is_held:
            self._store.remove_from_sweep(hold)
        return False

    def _order_written(self, order: Order) -> None:
        if order.address and self._erasure.is_requested(order.customer_id):
            self._erasure.remove_person(order.customer_id, order.order_id)
        last = clock.timestamp(clock.parse(order.created_at) + _LATER)
        states = self._store.orders_between(order.customer_id, rules.first_change(order), last)
        for younger, older in rules.overlaps(order, [state.order for state in states]):
            self._store.hold(younger, older.order_id)
            log.metric("OrdersHeld", 1)
        for state in states:
            if state.order.order_id == order.order_id and rules.is_release_due(state, self._rows.region):
                self._release(order.customer_id, order.order_id)

    def _release(self, customer_id: str, order_id: str) -> bool:
        released = self._store.release(customer_id, order_id)
        if released:
            log.metric("HoldsReleased", 1)
        return released

    def _balance(self, book_id: str) -> None:
        shares = self._rows.of_book(book_id)
        balance = rules.balance(shares, self._rows.region, clock.now())
        if balance.grants:
            log.metric("CopiesGiven", sum(copies for _, copies in balance.grants))
        self._store.write(book_id, shares, balance)
