"""Functions that start, a few at a time.

MiniStack 1.5.33 starts a process for each request that finds none free, all at once. On AWS each has a machine of its
own; here they share a few cores, each slows the others until none is ready within its function's time-out, and the
time-out ends them all. A request that waits for its turn takes a process that has become free meanwhile.
"""

import os
import threading
from typing import Any

from ministack.core import lambda_runtime  # type: ignore[import-not-found]

PATIENCE = 20.0
"""Seconds after which a function starts whoever else does: one that starts may wait for another."""
_turns = threading.BoundedSemaphore(os.cpu_count() or 1)
_invoke = lambda_runtime.Worker.invoke


def mend() -> None:
    """Have no more functions start than there are processors; the first request is part of starting."""
    lambda_runtime.Worker.invoke = _invoke_in_turn


def _invoke_in_turn(worker: Any, *event: Any, **context: Any) -> Any:
    if _runs(worker):
        return _invoke(worker, *event, **context)
    has_turn = _turns.acquire(timeout=PATIENCE)
    try:
        free = _take_free(worker)
        if free is None:
            return _invoke(worker, *event, **context)
    finally:
        if has_turn:
            _turns.release()
    try:
        return _invoke(free, *event, **context)
    finally:
        lambda_runtime.release_worker(free)


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
