from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from runtime import clock
from shop.lines import EMPTY_KEPT_FOR, MAX_QUANTITY, MAX_SETTLED, Line, changed, live, settled

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
moments = st.datetimes(
    min_value=datetime(2020, 1, 1),
    max_value=datetime(2040, 1, 1),
    timezones=st.just(UTC),
)
quantities = st.integers(0, MAX_QUANTITY)


@given(st.lists(st.tuples(quantities, moments), min_size=2, max_size=10))
def test_versions_of_line_have_increasing_times(
    changes: list[tuple[int, datetime]],
) -> None:
    line, times = None, []
    for quantity, moment in changes:
        line = changed(line, "a", quantity, moment)
        times.append(line.changed_at)
    assert times == sorted(set(times))


@given(quantities, st.integers(1, MAX_QUANTITY), moments)
def test_order_takes_copies_from_line_once(held: int, ordered: int, moment: datetime) -> None:
    before = changed(None, "a", held, moment)
    after = settled(before, "a", ordered, "order", moment)
    assert after is not None
    assert after.quantity == max(0, held - ordered)
    assert settled(after, "a", ordered, "order", moment) is None
    assert settled(changed(after, "a", 5, moment), "a", ordered, "order", moment) is None
    assert settled(after, "a", ordered, "another", moment) is not None


def test_order_without_line_leaves_tombstone() -> None:
    tombstone = settled(None, "a", 1, "order", NOON)
    assert tombstone is not None
    assert (tombstone.quantity, tombstone.settled) == (0, ("order",))
    assert tombstone.expires_at == (NOON + EMPTY_KEPT_FOR).timestamp()


def test_line_forgets_oldest_orders_first() -> None:
    line = None
    for number in range(MAX_SETTLED + 3):
        line = settled(line, "a", 1, str(number), NOON)
    assert line is not None
    assert line.settled == tuple(str(number) for number in range(3, MAX_SETTLED + 3))


def test_expired_line_counts_as_empty() -> None:
    line = Line("a", 3, clock.timestamp(NOON), (), int(NOON.timestamp()))
    assert line.held(NOON - timedelta(seconds=1)) == 3
    assert line.held(NOON) == 0
    assert live([line], NOON) == []
    after = settled(line, "a", 1, "order", NOON)
    assert after is not None
    assert after.quantity == 0
