"""Routes that return the region and its health."""

from functools import cache, partial

from health.logic import Health, at_most_every, present
from health.store import probe, search_index_state, write_probe
from runtime.http import Request, Response, Router
from runtime.settings import settings

handle = Router()

WRITE_SECONDS = 30.0
"""A write costs five times as much as a read, so a success is reused longer."""


@cache
def _health() -> Health:
    own = settings()
    order = {"customerId": "_health", "orderId": "_health"}
    return Health(
        {
            "books": probe(own.books_table, {"id": "_health"}),
            "cart": probe(own.cart_table, {"customerId": "_health", "bookId": "_health"}),
            "orders": probe(own.orders_table, order),
            "writes": at_most_every(WRITE_SECONDS, write_probe(own.orders_table, order)),
        },
        {"search": partial(search_index_state, own.search_bucket)},
    )


@handle.route("GET", "/region")
def get_region(request: Request) -> Response:
    """Return the region."""
    return Response({"region": settings().region})


@handle.route("GET", "/health")
def get_health(request: Request) -> Response:
    """Return 200 if every check passes or is throttled, else 503 with the failed checks."""
    body = present(_health().results(), settings().region)
    return Response(body, status=503 if body["status"] == "unavailable" else 200)
