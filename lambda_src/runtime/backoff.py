"""Retries with a random wait after a lost race."""

import time
from collections.abc import Iterator

FIRST_WAIT = 0.01
LONGEST_WAIT = 0.2


def attempts(most: int) -> Iterator[int]:
    """Yield 0 to `most` - 1, and wait with full jitter before each number except 0.

    https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """
    for attempt in range(most):
        if attempt:
            _pause(min(LONGEST_WAIT, FIRST_WAIT * 2**attempt))
        yield attempt


def _pause(longest: float) -> None:
    import random  # takes milliseconds of a cold start; needed only after a lost race

    time.sleep(random.uniform(0, longest))  # noqa: S311 - spreads load; not a secret
