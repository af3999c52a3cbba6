import asyncio
import threading

import pytest
from botocore.exceptions import EndpointConnectionError

from localcloud.edge.ttl_cache import TtlCache, UnreadableError
from tests.support.waiting import TIMEOUT_SECONDS

pytestmark = pytest.mark.anyio


class Source:
    """Counts its readings; each waits until `open` is set."""

    def __init__(self) -> None:
        self.readings = 0
        self.time = 0.0
        self.open = threading.Event()
        self.open.set()
        self.gone = False

    def read(self, key: str) -> str:
        self.readings += 1
        self.open.wait(TIMEOUT_SECONDS)
        if self.gone:
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1")
        return f"{key} {self.readings}"

    def fresh(self) -> "TtlCache[str, str]":
        return TtlCache(self.read, 1.0, lambda: self.time)


async def test_cache_rereads_after_ttl() -> None:
    source = Source()
    fresh = source.fresh()
    assert [await fresh.get("a"), await fresh.get("a")] == ["a 1", "a 1"]
    source.time = 1.0
    assert await fresh.get("a") == "a 2"


async def test_cache_separates_keys() -> None:
    fresh = Source().fresh()
    assert [await fresh.get("a"), await fresh.get("b")] == ["a 1", "b 2"]


async def test_cache_shares_one_read_despite_cancel() -> None:
    source = Source()
    source.open.clear()
    fresh = source.fresh()
    first, *others = (asyncio.create_task(fresh.get("a")) for _ in range(5))
    await asyncio.sleep(0)
    first.cancel()
    source.open.set()
    assert await asyncio.gather(*others) == ["a 1"] * 4


async def test_cache_api_error_raises_and_rereads() -> None:
    source = Source()
    fresh = source.fresh()
    source.gone = True
    with pytest.raises(UnreadableError):
        await fresh.get("a")
    source.gone, source.time = False, 1.0
    assert await fresh.get("a") == "a 2"
