"""HTTP client of the bookstore that fails over between its regions."""

from client.bookstore import Bookstore
from client.errors import Attempt, BookstoreClientError, OutcomeUnknownError, RefusedError, UnreachableError
from client.failover import Endpoints, Failover
from client.replies import Reply
from client.sign_in import Shopper, sign_in

__all__ = [
    "Attempt",
    "Bookstore",
    "BookstoreClientError",
    "Endpoints",
    "Failover",
    "OutcomeUnknownError",
    "RefusedError",
    "Reply",
    "Shopper",
    "UnreachableError",
    "sign_in",
]
