"""Settings of a function, read from its environment once.

Only `runtime.tracing` also reads the environment, at each invocation.
"""

import os
from functools import cache
from typing import NamedTuple

from runtime.errors import Misconfigured


class Settings(NamedTuple):
    """Environment of one function. Variables that the function does not use may be absent."""

    region: str
    shop: str
    function: str
    log_level: str
    environment: dict[str, str]

    def need(self, name: str) -> str:
        """Return the required variable `name`.

        Raises:
            Misconfigured: the variable is unset or empty.
        """
        value = self.environment.get(name, "")
        if not value:
            raise Misconfigured(f"The environment variable {name} is not set.")
        return value

    @property
    def api_url(self) -> str:
        """Address of the API that DNS routes to the nearest healthy region, without a slash at the end."""
        return self.need("API_URL")

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
    def stock_table(self) -> str:
        """Name of the Stock table."""
        return self.need("STOCK_TABLE")

    @property
    def cancel_minutes(self) -> int:
        """Minutes in which an order can be cancelled."""
        return int(self.need("CANCEL_MINUTES"))

    @property
    def orders_per_hour(self) -> int:
        """Maximum number of orders of a shopper in an hour, in each region."""
        return int(self.need("ORDERS_PER_HOUR"))

    @property
    def web_bucket(self) -> str | None:
        """Name of this region's bucket with the storefront's build; `None` if the bookstore has no storefront."""
        return self.environment.get("WEB_BUCKET") or None

    @property
    def storefront_url(self) -> str:
        """Address of the storefront, without a slash at the end."""
        return self.need("STOREFRONT_URL")

    @property
    def user_pool_client_id(self) -> str:
        """Id of the Cognito app client that issues the shoppers' tokens."""
        return self.need("USER_POOL_CLIENT_ID")

    @property
    def user_pool_id(self) -> str:
        """Id of the Cognito user pool."""
        return self.need("USER_POOL_ID")

    @property
    def redis_url(self) -> str:
        """Address of this region's Redis, as `rediss://host:port/0`."""
        return self.need("REDIS_URL")


@cache
def settings() -> Settings:
    """Read the settings once for the life of the execution environment."""
    environment = dict(os.environ)
    return Settings(
        region=environment.get("AWS_REGION", "local"),
        shop=environment.get("SHOP_NAME", "bookstore"),
        function=environment.get("AWS_LAMBDA_FUNCTION_NAME", "local"),
        log_level=environment.get("LOG_LEVEL", "INFO").upper(),
        environment=environment,
    )
