"""Timestamps: RFC 3339 in UTC with milliseconds. Sorting the text sorts by time."""

from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """Current time in UTC."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """Format `moment` as `2026-01-31T08:15:30.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """Parse the text that `timestamp` writes.

    Raises:
        ValueError: the text has another format.
    """
    if len(text) != 24 or not text.endswith("Z"):
        raise ValueError(f"{text!r} is not a time.")
    return datetime.fromisoformat(text)


def after(previous: str | None, moment: datetime) -> str:
    """Format `moment`, or one millisecond after `previous` if that is later.

    Two changes of one item never have the same time, even if a clock is set back.
    """
    text = timestamp(moment)
    if previous is None or text > previous:
        return text
    return timestamp(parse(previous) + timedelta(milliseconds=1))
