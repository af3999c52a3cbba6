"""What to do after a lost race: wait a little, a different little for each, and try again."""

import time
from collections.abc import Iterator

FIRST_WAIT = 0.01
LONGEST_WAIT = 0.2


def attempts(most: int) -> Iterator[int]:
    """Numbers from 0 below `most`; waits before each but the first, with full jitter.

    https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """
    for attempt in range(most):
        if attempt:
            _pause(min(LONGEST_WAIT, FIRST_WAIT * 2**attempt))
        yield attempt


def _pause(longest: float) -> None:
    import random  # costs a cold start milliseconds, and is needed only where a race was lost

    time.sleep(random.uniform(0, longest))  # noqa: S311 - spreads load, guards nothing
