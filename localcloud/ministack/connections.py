"""Keeps idle connections open for longer than any client does.

MiniStack 1.5.33 closes a connection after 75 idle seconds; Terraform reuses connections for 90. A request sent at the
moment of closing is executed and its response is lost. Terraform then repeats a create call and gets "already exists".
A server must therefore keep idle connections longer than its clients:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html

hypercorn 0.18 waits for the idle timeout also after the client has closed the connection. Until then it keeps the
descriptor and several kilobytes of memory. Here the timeout ends with the connection.
"""

from typing import Any

from hypercorn import asyncio as hypercorn  # type: ignore[import-not-found]
from hypercorn.asyncio import run, tcp_server  # type: ignore[import-not-found]

IDLE_SECONDS = 3600
_serve = hypercorn.serve


def patch() -> None:
    """Set the idle timeout of MiniStack's server to one hour, and end it with the connection."""
    hypercorn.serve = _serve_with_timeout
    run.TCPServer = _Connection


class _Connection(tcp_server.TCPServer):  # type: ignore[misc]
    async def _read_data(self) -> None:
        await super()._read_data()
        await self.idle_task.stop()


async def _serve_with_timeout(app: Any, config: Any, **more: Any) -> None:
    config.keep_alive_timeout = IDLE_SECONDS
    await _serve(app, config, **more)
