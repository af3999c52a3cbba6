"""A client of the shop that gets by when a region is lost."""

from client.bookstore import OutcomeUnknownError, RefusedError, Shop
from client.failover import Answer, Attempt, Endpoints, Failover, UnreachableError
from client.sign_in import Shopper, sign_in

__all__ = [
    "Answer",
    "Attempt",
    "Endpoints",
    "Failover",
    "OutcomeUnknownError",
    "RefusedError",
    "Shop",
    "Shopper",
    "UnreachableError",
    "sign_in",
]
