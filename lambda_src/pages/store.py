"""Sources of the pages: the storefront's build in the region's web bucket, and books of the region's table."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

from pages.models import Build, Texts
from runtime import aws, log
from runtime.errors import Unavailable
from shop.books import Books, present
from shop.shelves import Shelves

KEY = "index.html"
FRESH_SECONDS = 10.0
"""Seconds until the build is read again."""
LINKS = 48
"""Books that a page links to."""
_TEXTS = re.compile(r'<script type="application/json" id="texts">(.*?)</script>', re.DOTALL)
"""Where the build has its texts (`web/pageTexts.ts`)."""


def parse_build(html: str) -> Build:
    """Take the texts out of a build's `index.html`. An older build may lack some: it then has none of the language."""
    found = _TEXTS.search(html)
    languages = json.loads(found[1]) if found else {}
    texts = {
        language: Texts(*(given[name] for name in Texts._fields))
        for language, given in languages.items()
        if given.keys() >= set(Texts._fields)
    }
    return Build(_TEXTS.sub("", html, count=1), texts)


class Template:
    """The build in use."""

    def __init__(self, client: Any, bucket: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._bucket = bucket
        self._clock = clock
        self._build: Build | None = None
        self._read_at = 0.0

    def build(self) -> Build:
        """Return the build; the one that was read last if the bucket cannot be read now.

        Raises:
            Unavailable: no build was read so far, and S3 does not answer or the bucket has none.
        """
        if self._build is None or self._clock() - self._read_at >= FRESH_SECONDS:
            self._build = self._read()
            self._read_at = self._clock()
        return self._build

    def _read(self) -> Build:
        try:
            html = aws.read_body(aws.call(self._client.get_object, Bucket=self._bucket, Key=KEY))
        except (Unavailable, self._client.exceptions.ClientError) as error:
            if self._build is None:
                raise Unavailable("This region has no build of the storefront.") from error
            log.write("WARNING", "build not read", error=str(error))
            return self._build
        return parse_build(html.decode())


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
        """Return the best rated books of a category, or of all, with the attributes of `Book` except `stock`."""
        return self._shelves.page(category, None, LINKS)

    def categories(self) -> list[str]:
        """Return the names of all categories."""
        return [each["name"] for each in self._shelves.categories()]
