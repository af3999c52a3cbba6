"""Sources of the pages: the storefront's build in the region's web bucket, and books of the region's table."""

import time
from collections.abc import Callable
from typing import Any

from runtime import aws, log
from runtime.errors import Unavailable
from shop.books import Books, present
from shop.shelves import Shelves

KEY = "index.html"
FRESH_SECONDS = 10.0
"""Seconds until the build is read again."""
LINKS = 48
"""Books that a page links to."""


class Template:
    """`index.html` of the build in use."""

    def __init__(self, client: Any, bucket: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._bucket = bucket
        self._clock = clock
        self._html = ""
        self._read_at = float("-inf")

    def html(self) -> str:
        """Return the build's page; the one that was read last if the bucket cannot be read now.

        Raises:
            Unavailable: no build was read so far, and S3 does not answer or the bucket has none.
        """
        if self._clock() - self._read_at >= FRESH_SECONDS:
            try:
                answer = aws.call(self._client.get_object, Bucket=self._bucket, Key=KEY)
            except (Unavailable, self._client.exceptions.ClientError) as error:
                if not self._html:
                    raise Unavailable("This region has no build of the storefront.") from error
                log.write("WARNING", "build not read", error=str(error))
            else:
                self._html = answer["Body"].read().decode()
            self._read_at = self._clock()
        return self._html


class Catalog:
    """Books by id, and the best rated ones of a category or of all."""

    def __init__(self, books: Books, shelves: Shelves) -> None:
        self._books = books
        self._shelves = shelves

    def book(self, book_id: str) -> dict[str, Any] | None:
        """Return the book as the contract's `Book`, or None."""
        item = self._books.get(book_id)
        return None if item is None else present(item)

    def shelf(self, category: str | None) -> list[dict[str, Any]]:
        """Return the best rated books of a category, or of all, with `id`, `title` and `author`."""
        return self._shelves.page(category, None, LINKS)

    def categories(self) -> list[str]:
        """Return the names of all categories."""
        return [each["name"] for each in self._shelves.categories()]
