"""Health checks of a region: one read of each table and one write, in parallel, with one deadline.

A throttled check is `busy`, and the region stays healthy: if overload counted as a failure, Route 53 would move the
load to the other regions, which would then be overloaded too.

Details, like the state of the search index, are checked after the tables in the time that is left. They never make the
region unhealthy: browsing and buying work without search.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from runtime import log
from runtime.errors import BookstoreError, Busy

DEADLINE = 1.5
"""Seconds for all checks together. The contract promises an answer in two seconds, network included."""

FRESH_FOR = 2.0
"""Seconds for which results are reused. Route 53's checkers, about six with three checker regions, request the
check independently."""

DETAILS_FRESH_FOR = 30.0
"""Seconds for which details are reused."""

Check = Callable[[], str]
"""Returns `ok`, or another state of a detail."""


class Results(NamedTuple):
    """`ok`, `busy`, `slow`, `failed`, or a detail's own state, by check."""

    checks: Mapping[str, str]
    details: Mapping[str, str]


def at_most_every(seconds: float, check: Check) -> Check:
    """Return a check that passes without a call for `seconds` after `check` passed."""
    passed_at = float("-inf")

    def checked() -> str:
        nonlocal passed_at
        if time.monotonic() - passed_at < seconds:
            return "ok"
        state = check()
        passed_at = time.monotonic()
        return state

    return checked


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
        """Wait up to `seconds` and return what the check returned, `busy`, `failed` or `slow`."""
        self._thread.join(max(0.0, seconds))
        return "slow" if self.hangs else self._result

    def _run(self) -> None:
        try:
            state = self._check()
        except Busy:
            self._result = "busy"
        except Exception as error:  # noqa: BLE001 - after any error the table counts as failed
            cause = error.__cause__ if isinstance(error, BookstoreError) else None
            log.write("ERROR", "health check failed", check=self._name, cause=repr(cause or error))
            self._result = "failed"
        else:
            self._result = state


class Health:
    """The checks and their last results."""

    def __init__(self, checks: Mapping[str, Check], details: Mapping[str, Check] | None = None) -> None:
        self._checks = Checks(checks, FRESH_FOR)
        self._details = Checks(details or {}, DETAILS_FRESH_FOR)

    def results(self) -> Results:
        """Return the results within the deadline. Recent ones are reused.

        Details wait for the tables: creating their client must not take processor time from these checks.
        """
        until = time.monotonic() + DEADLINE
        return Results(self._checks.results(until), self._details.results(until))


class Checks:
    """Checks that run in parallel, again after `fresh_for` seconds."""

    def __init__(self, checks: Mapping[str, Check], fresh_for: float) -> None:
        self._probes = {name: Probe(name, check) for name, check in checks.items()}
        self._fresh_for = fresh_for
        self._checked_at = float("-inf")

    def results(self, until: float) -> dict[str, str]:
        """Return the state of each check. Waits for new ones until `until` of the monotonic clock at most."""
        is_due = time.monotonic() - self._checked_at >= self._fresh_for
        if is_due:
            for probe in self._probes.values():
                probe.start()
        found = {
            name: probe.result(until - time.monotonic() if is_due else 0.0)
            for name, probe in self._probes.items()
        }
        if is_due:
            self._checked_at = time.monotonic()
        return found


def present(results: Results, region: str) -> dict[str, Any]:
    """Return the contract's `Health`."""
    found = set(results.checks.values())
    status = "unavailable" if found - {"ok", "busy"} else "busy" if "busy" in found else "ok"
    return {
        "status": status,
        "region": region,
        "checks": dict(results.checks),
        "details": dict(results.details),
    }
