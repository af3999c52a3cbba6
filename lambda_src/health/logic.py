"""Health checks of a region: one read of each table, in parallel, with one deadline."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from runtime import log
from runtime.errors import BookstoreError

DEADLINE = 1.5
"""Seconds for all checks together. The contract promises an answer in two seconds, network included."""

FRESH_FOR = 2.0
"""Seconds for which results are reused. Route 53 checks from about fifteen locations at once."""

Check = Callable[[], object]


class Probe:
    """One check in its own thread. `concurrent.futures` is not used, because it imports `logging`."""

    def __init__(self, name: str, check: Check) -> None:
        self._name = name
        self._check = check
        self._result = "slow"
        self._thread = threading.Thread()

    @property
    def hangs(self) -> bool:
        """Whether the check is still running."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the check, unless it is still running. So a failing region does not run out of threads."""
        if not self.hangs:
            self._result = "slow"
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def result(self, seconds: float) -> str:
        """Wait up to `seconds` and return `ok`, `failed` or `slow`."""
        self._thread.join(max(0.0, seconds))
        return "slow" if self.hangs else self._result

    def _run(self) -> None:
        try:
            self._check()
        except Exception as error:  # noqa: BLE001 - after any error the table counts as failed
            cause = error.__cause__ if isinstance(error, BookstoreError) else None
            log.write("ERROR", "health check failed", check=self._name, cause=repr(cause or error))
            self._result = "failed"
        else:
            self._result = "ok"


class Health:
    """The checks and their last results."""

    def __init__(self, checks: Mapping[str, Check], *, deadline: float = DEADLINE) -> None:
        self._probes = {name: Probe(name, check) for name, check in checks.items()}
        self._deadline = deadline
        self._results: dict[str, str] = {}
        self._checked_at = float("-inf")

    def results(self) -> dict[str, str]:
        """Return `ok`, `slow` or `failed` by check, within the deadline. Recent results are reused."""
        if time.monotonic() - self._checked_at >= FRESH_FOR:
            self._results = self._check()
            self._checked_at = time.monotonic()
        return self._results

    def _check(self) -> dict[str, str]:
        until = time.monotonic() + self._deadline
        for probe in self._probes.values():
            probe.start()
        return {name: probe.result(until - time.monotonic()) for name, probe in self._probes.items()}


def present(results: Mapping[str, str], region: str) -> dict[str, Any]:
    """Return the contract's `Health`."""
    healthy = all(result == "ok" for result in results.values())
    return {"status": "ok" if healthy else "unavailable", "region": region, "checks": dict(results)}
