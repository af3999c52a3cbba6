"""The Node process, with real Node."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator

import pytest

from localcloud.edge.cloudfront import worker as worker_module
from localcloud.edge.cloudfront.worker import Worker, WorkerError
from tests.support.waiting import TIMEOUT_SECONDS

pytestmark = pytest.mark.anyio
REWRITE = "function handler(event) { event.request.uri = '/index.html'; return event.request; }"
ENDLESS = "function handler(event) { return new Promise(() => {}); }"
EVENT = {"request": {"uri": "/books/dune"}}


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    async with Worker() as made:
        yield made


async def test_worker_function_changes_request(worker: Worker) -> None:
    assert await worker.run_function(REWRITE, EVENT) == {"uri": "/index.html"}


async def test_worker_awaits_async_function(worker: Worker) -> None:
    assert await worker.run_function(f"async {REWRITE}", EVENT) == {"uri": "/index.html"}


async def test_worker_matches_concurrent_answers(worker: Worker) -> None:
    echo = "function handler(event) { return event.request; }"
    asked = [{"request": {"uri": f"/{number}"}} for number in range(50)]
    answers = await asyncio.gather(*(worker.run_function(echo, event) for event in asked))
    assert answers == [event["request"] for event in asked]


@pytest.mark.parametrize(
    "code",
    [
        "function handler(event) { throw new Error('no'); }",
        "function handler(event) { while (true) {} }",
        "function handler(event) { return null; }",
        "function handler(event) { return require('fs'); }",
        "function handler(event) { return process.env; }",
        "not JavaScript",
    ],
    ids=["throws", "endless", "nothing", "module", "process", "syntax"],
)
async def test_worker_serves_after_function_error(worker: Worker, code: str) -> None:
    with pytest.raises(WorkerError):
        await worker.run_function(code, EVENT)
    assert await worker.run_function(REWRITE, EVENT) == {"uri": "/index.html"}


async def test_worker_endless_function_times_out(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "SECONDS", 0.2)
    with pytest.raises(WorkerError):
        await worker.run_function(ENDLESS, EVENT)
    monkeypatch.setattr(worker_module, "SECONDS", TIMEOUT_SECONDS)
    assert await worker.run_function(REWRITE, EVENT) == {"uri": "/index.html"}


async def test_worker_answers_beside_endless_function(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is killed because of one request; the others that wait for it are asked again."""
    await worker.run_function(REWRITE, EVENT)
    monkeypatch.setattr(worker_module, "SECONDS", 0.3)
    endless = asyncio.create_task(worker.run_function(ENDLESS, EVENT))
    await asyncio.sleep(0)  # it has begun, with its short limit
    monkeypatch.setattr(worker_module, "SECONDS", TIMEOUT_SECONDS)
    soon = time.time() * 1000 + 200
    waits = (
        f"function handler(event) {{ return Date.now() < {soon} ? new Promise(() => {{}}) : event.request; }}"
    )
    assert await worker.run_function(waits, EVENT) == EVENT["request"]
    with pytest.raises(WorkerError):
        await endless


async def test_worker_compresses_gzip_and_brotli(worker: Worker) -> None:
    body = b"the same words again and again " * 200
    assert gzip.decompress(await worker.compress(body, "gzip")) == body
    assert 0 < len(await worker.compress(body, "br")) < len(body) / 10
