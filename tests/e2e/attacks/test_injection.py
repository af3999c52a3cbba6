"""Injection through paths, queries and headers."""

import uuid
from urllib.parse import quote

import pytest

from tests.support.api import Api, Json, item

pytestmark = pytest.mark.shared


@pytest.mark.parametrize(
    "path",
    [
        "/books/..%2f..%2fetc",
        "/books/%00",
        "/books/%F0%9F%A6%89",
        "/books/a%0dset-cookie:x",
        "/admin",
        "/orders/*",
    ],
)
def test_unusual_paths_find_nothing(home: Api, path: str) -> None:
    assert home.send("GET", path).status_code in {400, 401, 403, 404}


def test_key_cannot_inject_headers(mine: dict[str, Api], books: list[Json]) -> None:
    api = next(iter(mine.values()))
    body = {"items": [item(books[0])], "expectedTotal": books[0]["price"]}
    answer = api.send(
        "POST", "/orders", headers={"idempotency-key": f"{uuid.uuid4()}%0d%0ax-evil: 1"}, json=body
    )
    assert answer.status_code == 400
    assert "x-evil" not in answer.headers


@pytest.mark.parametrize("text", ["a\r\nset-cookie: x=1", "a\nb", "\u2028", "a\x00b"])
def test_request_text_is_not_in_headers(home: Api, text: str) -> None:
    for answer in (
        home.send("GET", "/books", params={"category": text}),
        home.send("GET", "/books", params={"cursor": text}),
        home.send("GET", "/books/" + quote(text, safe="")),
    ):
        assert answer.status_code in {200, 400, 403, 404}
        assert "set-cookie" not in answer.headers
