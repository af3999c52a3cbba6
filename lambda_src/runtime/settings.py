"""Settings of a function, read from its environment once. Only `runtime.tracing` reads it too, at each invocation."""

import os
from functools import cache
from typing import NamedTuple

from runtime.errors import Misconfigured


class Settings(NamedTuple):
    """The environment of one function. A value that a function does not use may be absent."""

    region: str
    shop: str
    function: str
    log_level: str
    environment: dict[str, str]

    def need(self, name: str) -> str:
        """The variable `name`, which this function cannot work without.

        Raises:
            Misconfigured: it is unset or empty.
        """
        value = self.environment.get(name, "")
        if not value:
            raise Misconfigured(f"The environment variable {name} is not set.")
        return value

    @property
    def books_table(self) -> str:
        """Name of the Books table."""
        return self.need("BOOKS_TABLE")

    @property
    def cart_table(self) -> str:
        """Name of the Cart table."""
        return self.need("CART_TABLE")

    @property
    def orders_table(self) -> str:
        """Name of the Orders table."""
        return self.need("ORDERS_TABLE")

    @property
    def search_bucket(self) -> str:
        """Name of this region's bucket for search indexes."""
        return self.need("SEARCH_BUCKET")

    @property
    def user_pool_client_id(self) -> str:
        """The app client whose shoppers this shop serves."""
        return self.need("USER_POOL_CLIENT_ID")

    @property
    def redis_url(self) -> str:
        """Address of this region's Redis: `rediss://host:port/0`."""
        return self.need("REDIS_URL")

    @property
    def dead_letter_queue_url(self) -> str:
        """Queue for stream records that cannot be read."""
        return self.need("DEAD_LETTER_QUEUE_URL")


@cache
def settings() -> Settings:
    """This function's settings, read once for the life of the execution environment."""
    environment = dict(os.environ)
    return Settings(
        region=environment.get("AWS_REGION", "local"),
        shop=environment.get("SHOP_NAME", "bookstore"),
        function=environment.get("AWS_LAMBDA_FUNCTION_NAME", "local"),
        log_level=environment.get("LOG_LEVEL", "INFO").upper(),
        environment=environment,
    )
