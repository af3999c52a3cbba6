"""Waiting for a condition: the only place in the tests that sleeps."""

import time
from collections.abc import Callable

POLL_SECONDS = 0.05
TIMEOUT_SECONDS = 60.0
"""Seconds to wait for an expected event. On a loaded machine a test can take twenty times as long."""


def wait_until(
    holds: Callable[[], bool], seconds: float = TIMEOUT_SECONDS, failure: str | Callable[[], str] = ""
) -> float:
    """Wait until `holds()` returns true and return the seconds that it took.

    `failure` describes what was missing; a function of it is called only when the time is over.

    Raises:
        AssertionError: the condition did not hold within `seconds`.
    """
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            text = failure() if callable(failure) else failure
            raise AssertionError(f"not within {seconds:g} s: {text}")
        time.sleep(POLL_SECONDS)
    return time.monotonic() - began
