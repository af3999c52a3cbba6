"""A drill that is stopped waits for the call that it made, so that its healing comes last."""

import asyncio
import threading

import pytest

from ops.drill.threads import in_thread
from tests.support.waiting import TIMEOUT_SECONDS


def test_cancelled_call_ends_before_healing() -> None:
    called, may_end = threading.Event(), threading.Event()
    happened: list[str] = []

    def break_() -> None:
        called.set()
        may_end.wait(TIMEOUT_SECONDS)
        happened.append("broken")

    async def incident() -> None:
        try:
            await in_thread(break_)
        finally:
            await in_thread(happened.append, "healed")

    async def stop_it() -> None:
        task = asyncio.ensure_future(incident())
        await asyncio.to_thread(called.wait, 10)
        task.cancel()
        await asyncio.wait([task], timeout=0.05)
        assert happened == []
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stop_it())
    assert happened == ["broken", "healed"]


def test_cancelled_call_raises_its_error() -> None:
    """Otherwise a drill that is stopped would not report that a region is not healed."""
    called, may_end = threading.Event(), threading.Event()

    def fail() -> None:
        called.set()
        may_end.wait(TIMEOUT_SECONDS)
        raise ValueError("refused")

    async def stop_it() -> None:
        task = asyncio.ensure_future(in_thread(fail))
        await asyncio.to_thread(called.wait, TIMEOUT_SECONDS)
        task.cancel()
        may_end.set()
        with pytest.raises(ValueError, match="refused"):
            await task

    asyncio.run(stop_it())


def test_call_in_thread_raises_its_error() -> None:
    def fail() -> None:
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"):
        asyncio.run(in_thread(fail))
