"""Limits how many Lambda processes start at once.

MiniStack 1.5.33 starts a process for every request without an idle one, and retries a function that cannot start on
every request. On a machine with few cores the starting processes slow each other down until all exceed the function's
timeout. Here at most one process per core starts at a time. A waiting request takes a process that became idle in the
meantime, and a function that failed to start fails again at once for a while.

MiniStack also ends the processes of same-named functions in all regions when one region's configuration changes. Here
only the changed region's processes end.
"""

import os
import threading
import time
from collections.abc import Hashable
from typing import Any

from ministack.core import lambda_runtime  # type: ignore[import-not-found]
from ministack.core.responses import get_account_id, get_region  # type: ignore[import-not-found]
from ministack.services import lambda_svc  # type: ignore[import-not-found]

SLOT_SECONDS = 20.0
"""Seconds after which a function starts without a free slot: a starting function may call another one."""
FAILED_SECONDS = 30.0
"""Seconds during which a function version that failed to start is not started again."""
_slots = threading.BoundedSemaphore(os.cpu_count() or 1)
_failed: dict[Hashable, tuple[float, RuntimeError]] = {}
_invoke = lambda_runtime.Worker.invoke


def patch() -> None:
    """Limit starts to the number of cores. Starting includes the first request."""
    lambda_runtime.Worker.invoke = _invoke_with_limit
    lambda_svc.invalidate_worker = _invalidate_in_region


def _invalidate_in_region(name: str, **which: Any) -> Any:
    here = {"account": get_account_id(), "region": get_region()}
    return lambda_runtime.invalidate_worker(name, **{**here, **which})


def _invoke_with_limit(worker: Any, *event: Any, **context: Any) -> Any:
    if _runs(worker):
        return _invoke(worker, *event, **context)
    _raise_recent_failure(worker)
    has_slot = _slots.acquire(timeout=SLOT_SECONDS)
    try:
        free = _take_free(worker)
        if free is None:
            return _start(worker, *event, **context)
    finally:
        if has_slot:
            _slots.release()
    try:
        return _invoke(free, *event, **context)
    finally:
        lambda_runtime.release_worker(free)


def _start(worker: Any, *event: Any, **context: Any) -> Any:
    _raise_recent_failure(worker)
    try:
        return _invoke(worker, *event, **context)
    except RuntimeError as error:
        _failed[_version(worker)] = time.monotonic(), error
        raise


def _raise_recent_failure(worker: Any) -> None:
    """Raise the start-up error of this function version again while it is recent."""
    at, error = _failed.get(_version(worker), (0.0, RuntimeError()))
    if at and time.monotonic() - at < FAILED_SECONDS:
        raise error
    _failed.pop(_version(worker), None)


def _version(worker: Any) -> Hashable:
    return tuple(worker.config.get(name) for name in ("FunctionArn", "RevisionId", "Handler", "CodeSha256"))


def _runs(worker: Any) -> bool:
    return worker._proc is not None and worker._proc.poll() is None


def _take_free(worker: Any) -> Any:
    """Reserve an idle process of the same function; None without one."""
    with lambda_runtime._lock:
        for pool in lambda_runtime._workers.values():
            if worker in pool:
                for other in pool:
                    if not other.in_use and _runs(other):
                        other.in_use = True
                        return other
    return None
