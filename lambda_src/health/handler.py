"""Which region answers, and whether it can serve."""

from functools import cache

from health.logic import Health, present
from health.store import probe
from runtime.http import Request, Response, Router
from runtime.settings import settings

handle = Router()


@cache
def _health() -> Health:
    told = settings()
    return Health(
        {
            "books": probe(told.books_table, {"id": "_health"}),
            "cart": probe(told.cart_table, {"customerId": "_health", "bookId": "_health"}),
            "orders": probe(told.orders_table, {"customerId": "_health", "orderId": "_health"}),
        }
    )


@handle.route("GET", "/region")
def get_region(request: Request) -> Response:
    """The region that answers."""
    return Response({"region": settings().region})


@handle.route("GET", "/health")
def get_health(request: Request) -> Response:
    """200 where every table answers, else 503 and which does not."""
    body = present(_health().results(), settings().region)
    return Response(body, status=200 if body["status"] == "ok" else 503)
