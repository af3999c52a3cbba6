"""Functions that start, a few at a time.

MiniStack 1.5.33 starts a process for each request that finds none free, all at once, and again for each request to a
function that cannot start. On AWS each has a machine of its own; here they share a few cores, each slows the others
until none is ready within its function's time-out, and the time-out ends them all. So a request that waits for its
turn takes a process that has become free meanwhile, and a function that could not start just now fails at once.

Who changes a function's configuration ends the processes of the function of that name in every region. Only those of
the region are meant.
"""

import os
import threading
import time
from collections.abc import Hashable
from typing import Any

from ministack.core import lambda_runtime  # type: ignore[import-not-found]
from ministack.core.responses import get_account_id, get_region  # type: ignore[import-not-found]
from ministack.services import lambda_svc  # type: ignore[import-not-found]

PATIENCE = 20.0
"""Seconds after which a function starts whoever else does: one that starts may wait for another."""
FAILED_SECONDS = 30.0
"""How long a version of a function that could not start is not started again."""
_turns = threading.BoundedSemaphore(os.cpu_count() or 1)
_failed: dict[Hashable, tuple[float, RuntimeError]] = {}
_invoke = lambda_runtime.Worker.invoke


def mend() -> None:
    """Have no more functions start than there are processors; the first request is part of starting."""
    lambda_runtime.Worker.invoke = _invoke_in_turn
    lambda_svc.invalidate_worker = _end_in_region


def _end_in_region(name: str, **which: Any) -> Any:
    here = {"account": get_account_id(), "region": get_region()}
    return lambda_runtime.invalidate_worker(name, **{**here, **which})


def _invoke_in_turn(worker: Any, *event: Any, **context: Any) -> Any:
    if _runs(worker):
        return _invoke(worker, *event, **context)
    _fail_again(worker)
    has_turn = _turns.acquire(timeout=PATIENCE)
    try:
        free = _take_free(worker)
        if free is None:
            return _start(worker, *event, **context)
    finally:
        if has_turn:
            _turns.release()
    try:
        return _invoke(free, *event, **context)
    finally:
        lambda_runtime.release_worker(free)


def _start(worker: Any, *event: Any, **context: Any) -> Any:
    _fail_again(worker)
    try:
        return _invoke(worker, *event, **context)
    except RuntimeError as error:
        _failed[_version(worker)] = time.monotonic(), error
        raise


def _fail_again(worker: Any) -> None:
    """Raise what was raised when the same version of the function failed to start, if that was just now."""
    at, error = _failed.get(_version(worker), (0.0, RuntimeError()))
    if at and time.monotonic() - at < FAILED_SECONDS:
        raise error
    _failed.pop(_version(worker), None)


def _version(worker: Any) -> Hashable:
    return tuple(worker.config.get(name) for name in ("FunctionArn", "RevisionId", "Handler", "CodeSha256"))


def _runs(worker: Any) -> bool:
    return worker._proc is not None and worker._proc.poll() is None


def _take_free(worker: Any) -> Any:
    """A process of the same function that runs and has nothing to do, taken; None when there is none."""
    with lambda_runtime._lock:
        for pool in lambda_runtime._workers.values():
            if worker in pool:
                for other in pool:
                    if not other.in_use and _runs(other):
                        other.in_use = True
                        return other
    return None
