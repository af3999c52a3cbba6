"""The connection to this region's Redis, made at first use and kept between invocations."""

from functools import cache
from typing import TYPE_CHECKING

from runtime.settings import settings

if TYPE_CHECKING:
    from redis import Redis

CONNECT_SECONDS = 0.5
ANSWER_SECONDS = 1.0
"""Short, so that best sellers degrade at once when Redis is away."""


@cache
def redis() -> "Redis":
    """A client of `REDIS_URL`.

    redis-py takes longer to import than all the rest of a function (0.2 s, and 0.6 s where its bytecode is
    not kept), so it is imported here. One retry without a pause mends a connection that went stale while the
    execution environment was frozen.
    """
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    from bestsellers.traced_redis import TracedRedis

    return TracedRedis.from_url(
        settings().redis_url,
        decode_responses=True,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )
