"""Values read from an AWS API at most once in a while, however many requests want them."""

import asyncio
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class UnreadableError(Exception):
    """The API did not answer."""


class Fresh(Generic[K, V]):
    """Reads the value of a key with a blocking `read`, in a thread, and keeps it for `seconds`."""

    def __init__(
        self, read: Callable[[K], V], seconds: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._now = now
        self._kept: dict[K, tuple[float, asyncio.Task[V]]] = {}

    async def get(self, key: K) -> V:
        """The value, no older than `seconds`; one reading serves everybody who asks meanwhile.

        Raises UnreadableError when the API is away, and what `read` raises beside botocore's errors.
        """
        kept = self._kept.get(key)
        if kept is None or self._now() >= kept[0]:
            reading = asyncio.create_task(asyncio.to_thread(self._read, key))
            kept = self._kept[key] = (self._now() + self._seconds, reading)
        try:
            return await asyncio.shield(kept[1])
        except (BotoCoreError, ClientError) as error:
            raise UnreadableError(str(error)) from error
