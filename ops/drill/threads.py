"""Runs blocking calls in threads, such that a cancelled task does not leave them running."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


async def in_thread(function: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
    """Call `function` in a thread. A cancellation is raised when the call has ended, not before, and not if it failed.

    Otherwise a drill that is stopped while it breaks a region would heal the region at the same time, and the
    thread would break it again afterwards. Raises what `function` raises.
    """
    call = asyncio.ensure_future(asyncio.to_thread(function, *arguments, **named))
    try:
        return await asyncio.shield(call)
    except asyncio.CancelledError:
        await asyncio.wait([call])
        if error := call.exception():
            raise error from None
        raise
