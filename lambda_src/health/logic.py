"""Whether this region can serve: one cheap read of each table it needs, all at once, under one deadline."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from runtime import log
from runtime.errors import ShopError

DEADLINE = 1.5
"""Seconds for all checks together; the rest of the two seconds that callers are promised is for the way."""

FRESH_FOR = 2.0
"""Seconds for which an answer is good. Route 53 asks from some fifteen places at once."""

Check = Callable[[], object]


class Probe:
    """One check, run in a thread of its own. A plain thread, since `concurrent.futures` would import
    `logging`.
    """

    def __init__(self, name: str, check: Check) -> None:
        self._name = name
        self._check = check
        self._result = "slow"
        self._thread = threading.Thread()

    @property
    def hangs(self) -> bool:
        """Whether it was started and has not come to an end."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Run it, unless it still hangs from last time: a region in trouble must not run out of threads."""
        if not self.hangs:
            self._result = "slow"
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()

    def result(self, seconds: float) -> str:
        """`ok` or `failed`, or `slow` when it does not come to an end in time."""
        self._thread.join(max(0.0, seconds))
        return "slow" if self.hangs else self._result

    def _run(self) -> None:
        try:
            self._check()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, the table cannot be used
            cause = error.__cause__ if isinstance(error, ShopError) else None
            log.write("ERROR", "health check failed", check=self._name, cause=repr(cause or error))
            self._result = "failed"
        else:
            self._result = "ok"


class Health:
    """The checks, and their last results."""

    def __init__(self, checks: Mapping[str, Check], *, deadline: float = DEADLINE) -> None:
        self._probes = {name: Probe(name, check) for name, check in checks.items()}
        self._deadline = deadline
        self._results: dict[str, str] = {}
        self._checked_at = float("-inf")

    def results(self) -> dict[str, str]:
        """`ok`, `slow` or `failed` by what was checked; within the deadline, or at once while the last are
        fresh.
        """
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
    """As the contract's `Health`."""
    healthy = all(result == "ok" for result in results.values())
    return {"status": "ok" if healthy else "unavailable", "region": region, "checks": dict(results)}
