"""The two sizes of the test suite: `make test` runs the short one, `make verify` the full one.

A test that only adds volume carries the marker `full_size`. A test whose volume can be set uses `sized`.
"""

import os
from typing import TypeVar

T = TypeVar("T")

FULL_SIZE = os.environ.get("TEST_SIZE") == "full"


def sized(short: T, full: T) -> T:
    """The value for the size that this run has."""
    return full if FULL_SIZE else short
