"""redis-py client with an X-Ray subsegment for each round trip. The import also imports redis-py."""

from typing import Any

from redis import Redis
from redis.client import Pipeline

from runtime import tracing


class TracedRedis(Redis):
    """Client that sends commands one by one."""

    def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send one command and wait for its answer."""
        with tracing.remote("redis", [str(args[0])]):
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> "TracedPipeline":
        """Create a pipeline, whose commands are sent together."""
        return TracedPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


class TracedPipeline(Pipeline):
    """Commands that are sent together."""

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        """Send the commands and wait for all answers."""
        with tracing.remote("redis", [str(args[0]) for args, _ in self.command_stack]):
            return super().execute(raise_on_error)
