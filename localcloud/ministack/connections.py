"""Connections that stay open for longer than any client keeps them.

MiniStack 1.5.33 ends one that was idle for 75 seconds. A request that comes in that very moment is carried out, and its
answer lost with the connection: Terraform, which keeps its own for 90 seconds, asks again, and is told that what it
creates is there already. Servers behind clients with a pool therefore wait the longer of the two:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
"""

from typing import Any

from hypercorn import asyncio as hypercorn  # type: ignore[import-not-found]

IDLE_SECONDS = 3600
_serve = hypercorn.serve


def mend() -> None:
    """Have MiniStack's server keep idle connections for an hour."""
    hypercorn.serve = _serve_patiently


async def _serve_patiently(app: Any, config: Any, **more: Any) -> None:
    config.keep_alive_timeout = IDLE_SECONDS
    await _serve(app, config, **more)
