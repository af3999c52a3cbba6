"""Waiting for a condition: the only place in the tests that sleeps."""

import time
from collections.abc import Callable

POLL_SECONDS = 0.05
PATIENCE = 60.0
"""Seconds to wait for what must happen soon: beside other work a test can take twenty times as long as alone."""


def wait_until(
    holds: Callable[[], bool], seconds: float = PATIENCE, failure: str | Callable[[], str] = ""
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
