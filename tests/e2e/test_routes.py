"""Every operation of the contract, in every region. `Api` validates each response."""

import uuid
from typing import Any

import httpx
import pytest

from tests.support import contract
from tests.support.api import Api, Json, cart_without_stock, item, pages, without_stock

pytestmark = pytest.mark.shared


def walk(public: Api, mine: Api, book: Json) -> dict[str, Any]:
    """One valid call per operation, by operation id."""
    answers: dict[str, Any] = {
        "listBooks": public.get("/books", category=book["category"], limit=3),
        "getBook": public.get(f"/books/{book['id']}"),
        "listCategories": public.get("/categories"),
        "searchBooks": public.get("/search", limit=3),
        "listSuggestions": public.get("/suggestions", q=book["title"]),
        "listRelatedBooks": public.get(f"/books/{book['id']}/related"),
        "getPage": public.text("/pages/index.html", path=f"/books/{book['id']}"),
        "getSitemap": public.text("/pages/sitemap.xml"),
        "headPage": public.expect(200, "HEAD", "/pages/index.html", params={"path": f"/books/{book['id']}"}),
        "headSitemap": public.expect(200, "HEAD", "/pages/sitemap.xml"),
        "listBestsellers": public.get("/bestsellers", limit=5),
        "getRegion": public.get("/region"),
        "getHealth": public.get("/health"),
        "addToCart": mine.expect(200, "POST", "/cart", json=item(book, 2)),
        "getCart": mine.get("/cart"),
        "getCartLine": mine.get(f"/cart/{book['id']}"),
        "setCartLine": mine.put_line(book["id"], 3),
        "placeOrder": mine.order_book(book, 1),
        "listOrders": mine.get("/orders", limit=1),
        "removeCartLine": mine.expect(204, "DELETE", f"/cart/{book['id']}"),
    }
    order = f"/orders/{answers['placeOrder']['orderId']}"
    answers["getOrder"] = mine.get(order)
    answers["confirmOrder"] = mine.expect(200, "PUT", f"{order}/confirmation")
    answers["cancelOrder"] = mine.expect(200, "PUT", f"{order}/cancellation")
    answers["exportAccount"] = mine.get("/account/export")
    answers["deleteAccount"] = mine.expect(204, "DELETE", "/account")
    answers["signOut"] = mine.expect(204, "PUT", "/account/sign-out")
    return answers


def test_every_operation_succeeds(
    region: str, apis: dict[str, Api], mine: dict[str, Api], books: list[Json]
) -> None:
    book = books[0]
    answers = walk(apis[region], mine[region], book)
    assert answers.keys() == contract.operations().keys()
    assert without_stock(answers["getBook"]) == without_stock(book)
    assert answers["getRegion"] == {"region": region}
    assert answers["getHealth"]["status"] == "ok"
    assert answers["addToCart"]["total"] == 2 * book["price"]
    assert cart_without_stock(answers["getCart"]) == cart_without_stock(answers["addToCart"])
    assert (
        cart_without_stock(answers["getCartLine"])["items"] == cart_without_stock(answers["getCart"])["items"]
    )
    assert answers["setCartLine"]["items"][0]["quantity"] == 3
    assert answers["placeOrder"]["region"] == region
    assert answers["placeOrder"] == answers["getOrder"] == answers["listOrders"]["items"][0]
    assert answers["confirmOrder"] == answers["placeOrder"]
    assert answers["cancelOrder"] == {**answers["placeOrder"], "status": "cancelled"}
    assert answers["exportAccount"]["orders"] == [answers["cancelOrder"]]
    assert book["title"] in answers["getPage"]
    assert "<sitemapindex" in answers["getSitemap"]


def test_shared_address_answers_from_a_region(cloud: Any) -> None:
    shop = Api(cloud.endpoints["api"], None)
    assert shop.get("/region")["region"] in cloud.regions
    shop.close()


def test_cors_preflight_is_answered(region: str, apis: dict[str, Api]) -> None:
    for path in contract.document()["paths"]:
        concrete = path.replace("{bookId}", "dune").replace("{orderId}", str(uuid.uuid4()))
        answer = httpx.options(
            apis[region].url + concrete,
            headers={
                "origin": "https://elsewhere.example",
                "access-control-request-method": "GET",
                "access-control-request-headers": "authorization,content-type,idempotency-key",
            },
        )
        assert answer.is_success, path
        assert answer.headers["access-control-allow-origin"] == "*"
        allowed = answer.headers["access-control-allow-headers"].lower()
        assert {"authorization", "content-type", "idempotency-key"} <= set(
            allowed.replace(" ", "").split(",")
        )
    listed = httpx.get(apis[region].url + "/categories", headers={"origin": "https://elsewhere.example"})
    assert listed.headers["access-control-allow-origin"] == "*"
    assert "x-region" in listed.headers["access-control-expose-headers"].lower()


@pytest.mark.parametrize(
    ("verb", "path", "status", "slug"),
    [
        ("GET", "/books/no-such-book", 404, "not-found"),
        ("GET", "/books?limit=0", 400, "bad-request"),
        ("GET", "/books?limit=101", 400, "bad-request"),
        ("GET", "/books?limit=ten", 400, "bad-request"),
        ("GET", "/books?limit=1&limit=2", 400, "bad-request"),
        ("GET", "/books?category=", 400, "bad-request"),
        ("GET", "/books/-starts-with-a-dash", 400, "bad-request"),
        ("GET", f"/books/{'x' * 65}", 400, "bad-request"),
        ("GET", "/books/_categories", 400, "bad-request"),
        ("GET", "/bestsellers?limit=21", 400, "bad-request"),
    ],
)
def test_invalid_request_is_a_problem(home: Api, verb: str, path: str, status: int, slug: str) -> None:
    problem = home.expect(status, verb, path)
    assert problem["type"] == f"urn:bookstore:problem:{slug}"
    assert problem["status"] == status


def test_unknown_category_is_empty(home: Api) -> None:
    assert home.get("/books", category="Falconry") == {"items": [], "nextCursor": None}


def test_books_are_listed_by_rating(region: str, apis: dict[str, Api]) -> None:
    names = {category["name"]: category["count"] for category in apis[region].get("/categories")["items"]}
    assert list(names) == sorted(names)
    for name, count in names.items():
        seen = list(pages(apis[region], category=name, limit=17))
        assert len({book["id"] for book in seen}) == len(seen) == count
        assert {book["category"] for book in seen} == {name}
        ratings = [book["rating"] for book in seen]
        assert ratings == sorted(ratings, reverse=True)


def test_categories_hold_every_book_once(home: Api) -> None:
    total = sum(category["count"] for category in home.get("/categories")["items"])
    seen = list(pages(home, limit=100))
    assert len({book["id"] for book in seen}) == len(seen) == total
    assert [book["rating"] for book in seen] == sorted((book["rating"] for book in seen), reverse=True)
