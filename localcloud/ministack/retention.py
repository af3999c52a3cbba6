"""Limits the log events and metric points that the emulator keeps.

MiniStack 1.5.33 ignores the retention of log groups and keeps each point of a metric for two weeks: its memory grew by
9 KB with each request to the API.
"""

from ministack.services import cloudwatch, cloudwatch_logs  # type: ignore[import-not-found]

EVENTS = 1_000
"""Newest log events that a stream keeps."""
POINTS = 500
"""Newest points that a metric keeps."""


def limit() -> None:
    """Remove the oldest log events and metric points. Another thread may add some meanwhile."""
    with cloudwatch_logs._log_events_lock:
        for group in list(cloudwatch_logs._log_groups.all_values()):
            for stream in list(group["streams"].values()):
                del stream["events"][:-EVENTS]
    for points in list(cloudwatch._metrics.all_values()):
        del points[:-POINTS]
