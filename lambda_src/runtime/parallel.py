"""Reads that wait for their answers at the same time."""

from collections.abc import Callable
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")


def side_by_side(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """Run two reads at the same time and return both results.

    If both fail, the error of `first` is raised.
    """
    from concurrent.futures import ThreadPoolExecutor  # slow to import

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(second)
        return first(), other.result()
