"""Keeps idle connections open for longer than any client does.

MiniStack 1.5.33 closes a connection after 75 idle seconds; Terraform reuses connections for 90. A request sent at the
moment of closing is executed and its response is lost. Terraform then repeats a create call and gets "already exists".
A server must therefore keep idle connections longer than its clients:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
"""

from typing import Any

from hypercorn import asyncio as hypercorn  # type: ignore[import-not-found]

IDLE_SECONDS = 3600
_serve = hypercorn.serve


def patch() -> None:
    """Set the idle timeout of MiniStack's server to one hour."""
    hypercorn.serve = _serve_with_timeout


async def _serve_with_timeout(app: Any, config: Any, **more: Any) -> None:
    config.keep_alive_timeout = IDLE_SECONDS
    await _serve(app, config, **more)
