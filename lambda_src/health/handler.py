"""Routes that return the region and its health."""

from functools import cache, partial

from health.logic import Health, present
from health.store import probe, search_index_state
from runtime.http import Request, Response, Router
from runtime.settings import settings

handle = Router()


@cache
def _health() -> Health:
    own = settings()
    return Health(
        {
            "books": probe(own.books_table, {"id": "_health"}),
            "cart": probe(own.cart_table, {"customerId": "_health", "bookId": "_health"}),
            "orders": probe(own.orders_table, {"customerId": "_health", "orderId": "_health"}),
        },
        {"search": partial(search_index_state, own.search_bucket)},
    )


@handle.route("GET", "/region")
def get_region(request: Request) -> Response:
    """Return the region."""
    return Response({"region": settings().region})


@handle.route("GET", "/health")
def get_health(request: Request) -> Response:
    """Return 200 if every table answers, else 503 with the failed checks."""
    body = present(_health().results(), settings().region)
    return Response(body, status=200 if body["status"] == "ok" else 503)
