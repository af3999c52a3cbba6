"""Connection to this region's Redis, created at first use and kept between invocations."""

from functools import cache
from typing import TYPE_CHECKING

from runtime.settings import settings

if TYPE_CHECKING:
    from redis import Redis

CONNECT_SECONDS = 0.5
ANSWER_SECONDS = 1.0
"""Short, so that a missing Redis does not delay the bestsellers."""


@cache
def redis() -> "Redis":
    """Return a client of `REDIS_URL`.

    redis-py is imported here, because its import takes 0.2 s, and 0.6 s without cached bytecode: longer than the
    rest of the function. One retry without a pause replaces a connection that broke while Lambda had frozen the
    execution environment.
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
