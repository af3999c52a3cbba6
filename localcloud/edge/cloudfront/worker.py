"""Runs CloudFront Functions and compression in a Node process."""

import asyncio
import base64
import itertools
import json
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

SCRIPT = Path(__file__).with_name("worker.js")
SECONDS = 5.0
LINE_LIMIT = 32 * 1024 * 1024
"""Maximum size of one answer in bytes."""


class WorkerError(Exception):
    """A function failed or timed out."""


class EndedError(WorkerError):
    """The process ended before its answer, for example by the time limit of another request."""


class Worker:
    """Starts Node on first use, and again after it ended."""

    def __init__(self) -> None:
        self._node: _Node | None = None
        self._ids = itertools.count()
        self._starting = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Node starts with the first request."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._node:
            await self._node.end()

    async def run_function(self, code: str, event: dict[str, Any]) -> dict[str, Any]:
        """Run a CloudFront Function with `event`. Raises WorkerError."""
        value = await self._send({"code": code, "event": event})
        if not isinstance(value, dict):
            raise WorkerError("the function returned neither a request nor a response")
        return value

    async def compress(self, body: bytes, encoding: str) -> bytes:
        """Compress `body`; `encoding` is `br` or `gzip`. Raises WorkerError."""
        value = await self._send({"encoding": encoding, "body": base64.b64encode(body).decode()})
        return base64.b64decode(value)

    async def _send(self, request: dict[str, Any]) -> Any:
        try:
            return await self._send_once(request)
        except EndedError:
            return await self._send_once(request)

    async def _send_once(self, request: dict[str, Any]) -> Any:
        node = await self._running()
        id_ = next(self._ids)
        answer = node.waiting[id_] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(SECONDS):
                await node.write({"id": id_, **request})
                return await answer
        except TimeoutError as error:
            # An endless function cannot be interrupted. The next request starts a new process.
            await node.end()
            raise WorkerError(f"no answer within {SECONDS:.0f} s") from error
        except (ConnectionError, EndedError) as error:
            await node.end()
            raise EndedError("the process ended") from error
        finally:
            node.waiting.pop(id_, None)

    async def _running(self) -> "_Node":
        async with self._starting:
            if self._node is None or self._node.process.returncode is not None:
                self._node = _Node(
                    await asyncio.create_subprocess_exec(
                        "node", str(SCRIPT), stdin=PIPE, stdout=PIPE, limit=LINE_LIMIT
                    )
                )
            return self._node


class _Node:
    """A running process and the pending answers."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.waiting: dict[int, asyncio.Future[Any]] = {}
        self._reader = asyncio.create_task(self._read(cast(asyncio.StreamReader, process.stdout)))

    async def write(self, request: dict[str, Any]) -> None:
        """Send a request. Raises ConnectionError when the process is gone."""
        stdin = cast(asyncio.StreamWriter, self.process.stdin)
        stdin.write(json.dumps(request).encode() + b"\n")
        await stdin.drain()

    async def end(self) -> None:
        """Kill the process; pending answers fail."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self._reader

    async def _read(self, answers: asyncio.StreamReader) -> None:
        async for line in answers:
            answer = json.loads(line)
            waiting = self.waiting.get(answer["id"])
            if waiting and not waiting.done():
                if "error" in answer:
                    waiting.set_exception(WorkerError(answer["error"]))
                else:
                    waiting.set_result(answer.get("value"))
        for waiting in self.waiting.values():
            if not waiting.done():
                waiting.set_exception(EndedError("the process ended"))
