from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import clock

moments = st.datetimes(timezones=st.just(UTC))


@given(moments, moments)
def test_timestamps_sort_by_time(one: datetime, other: datetime) -> None:
    one, other = (moment.replace(microsecond=moment.microsecond // 1000 * 1000) for moment in (one, other))
    assert (clock.timestamp(one) < clock.timestamp(other)) == (one < other)
    assert clock.parse(clock.timestamp(one)) == one


@given(moments.filter(lambda moment: moment.year < 9999), moments)
def test_after_exceeds_previous_if_clock_is_behind(previous: datetime, now: datetime) -> None:
    assert clock.after(clock.timestamp(previous), now) > clock.timestamp(previous)


def test_timestamp_is_utc() -> None:
    moment = datetime(2026, 1, 31, 8, 15, 30, 123999, UTC)
    assert clock.timestamp(moment) == "2026-01-31T08:15:30.123Z"
    assert clock.now().utcoffset() == timedelta()


@pytest.mark.parametrize("text", ["", "now", "2026-01-31", "2026-01-31T08:15:30.123+", "x" * 23 + "Z"])
def test_parse_refuses_other_formats(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|isoformat"):
        clock.parse(text)
