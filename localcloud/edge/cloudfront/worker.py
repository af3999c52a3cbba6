"""The Node process that runs CloudFront Functions and compresses what is served."""

import asyncio
import base64
import itertools
import json
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SCRIPT = Path(__file__).with_name("worker.js")
SECONDS = 5.0
LINE_LIMIT = 32 * 1024 * 1024
"""Bytes of one answer."""


class WorkerError(Exception):
    """A function threw, took too long or could not be run."""


class Worker:
    """Starts Node when it is first needed, and again should it end."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._ids = itertools.count()
        self._starting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Ready to be asked; nothing runs yet."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._reader:
            await self._reader

    async def run_function(self, code: str, event: dict[str, Any]) -> dict[str, Any]:
        """What a CloudFront Function returns for `event`. Raises WorkerError."""
        value = await self._ask({"code": code, "event": event})
        if not isinstance(value, dict):
            raise WorkerError("the function returned neither a request nor a response")
        return value

    async def compress(self, body: bytes, encoding: str) -> bytes:
        """`body` in `encoding`, which is `br` or `gzip`. Raises WorkerError."""
        value = await self._ask({"encoding": encoding, "body": base64.b64encode(body).decode()})
        return base64.b64decode(value)

    async def _ask(self, request: dict[str, Any]) -> Any:
        process = await self._running()
        assert process.stdin is not None
        id_ = next(self._ids)
        answer = self._waiting[id_] = asyncio.get_running_loop().create_future()
        process.stdin.write(json.dumps({"id": id_, **request}).encode() + b"\n")
        try:
            async with asyncio.timeout(SECONDS):
                await process.stdin.drain()
                return await answer
        except (TimeoutError, ConnectionError) as error:
            # An endless promise cannot be interrupted from outside; a new process can take over.
            if process.returncode is None:
                process.kill()
            raise WorkerError(f"no answer within {SECONDS:.0f} s") from error
        finally:
            self._waiting.pop(id_, None)

    async def _running(self) -> Process:
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                self._process = await asyncio.create_subprocess_exec(
                    "node", str(SCRIPT), stdin=PIPE, stdout=PIPE, limit=LINE_LIMIT
                )
                self._reader = asyncio.create_task(self._read(self._process))
            return self._process

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            answer = json.loads(line)
            waiting = self._waiting.get(answer["id"])
            if waiting and not waiting.done():
                if "error" in answer:
                    waiting.set_exception(WorkerError(answer["error"]))
                else:
                    waiting.set_result(answer.get("value"))
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(WorkerError("the function's process ended"))
