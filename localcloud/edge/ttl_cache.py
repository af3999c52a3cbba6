"""Caches values of an AWS API for a fixed time and shares one read among concurrent requests."""

import asyncio
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class UnreadableError(Exception):
    """The API did not answer."""


class TtlCache(Generic[K, V]):
    """Reads the value of a key with the blocking function `read` in a thread and caches it for `seconds`."""

    def __init__(
        self, read: Callable[[K], V], seconds: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._now = now
        self._kept: dict[K, tuple[float, asyncio.Task[V]]] = {}

    async def get(self, key: K) -> V:
        """The value of `key`, at most `seconds` old. Concurrent callers share one read.

        Raises UnreadableError for botocore's errors, and any other error of `read`.
        """
        kept = self._kept.get(key)
        if kept is None or self._now() >= kept[0]:
            reading = asyncio.create_task(asyncio.to_thread(self._read, key))
            kept = self._kept[key] = (self._now() + self._seconds, reading)
        try:
            return await asyncio.shield(kept[1])
        except (BotoCoreError, ClientError) as error:
            raise UnreadableError(str(error)) from error
