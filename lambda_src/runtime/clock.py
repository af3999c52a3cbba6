"""Time as the shop writes it: RFC 3339 in UTC, to the millisecond, so that text order is time order."""

from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """The time of now, in UTC."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """`moment` as `2026-01-31T08:15:30.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """The moment that `timestamp` wrote.

    Raises:
        ValueError: it is not such a text.
    """
    if len(text) != 24 or not text.endswith("Z"):
        raise ValueError(f"{text!r} is not a time.")
    return datetime.fromisoformat(text)


def after(previous: str | None, moment: datetime) -> str:
    """`moment` as text, but later than `previous` in any case: two changes never bear the same time."""
    text = timestamp(moment)
    if previous is None or text > previous:
        return text
    return timestamp(parse(previous) + timedelta(milliseconds=1))
