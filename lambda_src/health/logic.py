"""Whether this region can serve: one cheap read of each table it needs, all at once and under one
deadline.
"""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from shop import log
from shop.errors import ShopError

DEADLINE = 1.5
"""Seconds for all checks together; the rest of the two seconds that callers are promised is for the way."""

FRESH_FOR = 2.0
"""Seconds for which an answer is good. Route 53 asks from some fifteen places at once."""

Check = Callable[[], object]


class Health:
    """The checks, and their last results."""

    def __init__(self, checks: Mapping[str, Check], *, deadline: float = DEADLINE) -> None:
        self._checks = checks
        self._deadline = deadline
        self._pool = ThreadPoolExecutor(max_workers=2 * len(checks), thread_name_prefix="health")
        self._running: dict[str, Future[object]] = {}
        self._lock = threading.Lock()
        self._results: dict[str, str] = {}
        self._checked_at = float("-inf")

    def results(self) -> dict[str, str]:
        """`ok`, `slow` or `failed` by what was checked; within the deadline, or at once while the last are
        fresh.
        """
        with self._lock:
            if time.monotonic() - self._checked_at >= FRESH_FOR:
                self._results = self._check()
                self._checked_at = time.monotonic()
            return self._results

    def _check(self) -> dict[str, str]:
        for name, check in self._checks.items():
            # A check that still hangs is not started again, or a region in trouble would run out of threads.
            if name not in self._running or self._running[name].done():
                self._running[name] = self._pool.submit(check)
        wait(self._running.values(), timeout=self._deadline)
        return {name: _result(name, future) for name, future in self._running.items()}


def _result(name: str, future: Future[object]) -> str:
    if not future.done():
        return "slow"
    error = future.exception()
    if error is None:
        return "ok"
    cause = error.__cause__ if isinstance(error, ShopError) else error
    log.write("ERROR", "health check failed", check=name, cause=repr(cause or error))
    return "failed"


def present(results: Mapping[str, str], region: str) -> dict[str, Any]:
    """As the contract's `Health`."""
    healthy = all(result == "ok" for result in results.values())
    return {"status": "ok" if healthy else "unavailable", "region": region, "checks": dict(results)}
