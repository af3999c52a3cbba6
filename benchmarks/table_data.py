"""Items for the tables of benchmarks."""

import uuid
from decimal import Decimal
from typing import Any

LINES = 3
"""Lines per order."""


def book(number: int) -> dict[str, Any]:
    """Item of one book."""
    return {
        "id": f"book-{number}",
        "listing": "books",
        "title": f"The book of the number {number}",
        "author": "A. Writer",
        "category": f"Shelf {number % 8}",
        "description": "What it is about, in a sentence or two that are long enough to be a description.",
        "price": 100 + number % 4000,
        "currency": "EUR",
        "rating": Decimal(20 + number % 31) / 10,
        "ratingsCount": number,
        "publishedYear": 1984,
        "language": "en",
        "cover": None,
    }


def line(number: int) -> dict[str, Any]:
    """Item of the only cart line of a shopper."""
    return {
        "customerId": f"shopper-{number}",
        "bookId": "book-1",
        "quantity": 1,
        "changedAt": "2026-01-01T00:00:00.000Z",
        "expiresAt": 32_503_680_000,  # in the year 3000
    }


def share(number: int) -> dict[str, Any]:
    """One region's share of a book's copies, as stored in the stock table."""
    return {"bookId": f"book-{number}", "region": "eu-west-1", "received": 1_000_000, "spent": 0}


def placed(customer: str, number: int) -> dict[str, Any]:
    """Item of an order of three books."""
    items = [
        {
            "bookId": f"book-{one}",
            "title": f"The book of the number {one}",
            "quantity": 1,
            "unitPrice": 100,
            "lineTotal": 100,
        }
        for one in range(LINES)
    ]
    return {
        "customerId": customer,
        "orderId": str(uuid.uuid5(uuid.NAMESPACE_OID, str(number))),
        "items": items,
        "total": 100 * LINES,
        "currency": "EUR",
        "createdAt": f"2026-01-{1 + number // 86_400:02}T{clock_time(number % 86_400)}.000Z",
        "region": "eu-west-1",
    }


def clock_time(second: int) -> str:
    """Time of day as text."""
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
