"""Search and pages of a running bookstore, in every region and through CloudFront."""

import json
import re
from functools import partial

import httpx
import pytest

from shop.search_index import read_pointer
from tests.support.api import Api
from tests.support.cloud import Cloud, needs_every_region
from tests.support.waiting import wait_until


@pytest.fixture(scope="module", autouse=True)
def indexed(apis: dict[str, Api]) -> None:
    """Wait until each region has built its first index."""
    for region, api in apis.items():
        wait_until(partial(_searches, api), seconds=90, failure=f"{region} has no index")


def _searches(api: Api) -> bool:
    return api.send("GET", "/search").status_code == 200


def test_every_region_finds_and_corrects(apis: dict[str, Api]) -> None:
    for api in apis.values():
        found = api.get("/search", q="cookking")
        assert found["didYouMean"] == "cooking"
        assert all("ook" in book["title"] + book["description"] for book in found["items"])
        assert api.get("/suggestions", q="cook")["items"]


def test_page_has_metadata(cloud: Cloud, home: Api) -> None:
    (book,) = home.get("/books", limit=1)["items"]
    answer = httpx.get(f"{cloud.endpoints['storefront']}/books/{book['id']}")
    assert answer.status_code == 200
    data = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text)
    assert json.loads(data[0])["name"] == book["title"]


@pytest.mark.parametrize("path", ["/nope", "/books/nope", "/category/Nope"])
def test_unknown_page_is_not_found(cloud: Cloud, path: str) -> None:
    answer = httpx.get(f"{cloud.endpoints['storefront']}{path}")
    assert answer.status_code == 404
    assert "noindex" in answer.text


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/sitemap.xml", 200), ("/sitemap-1.xml", 200), ("/books/none", 404)]
)
def test_head_of_page_has_status_and_type_of_get(cloud: Cloud, path: str, status: int) -> None:
    """Link checkers send HEAD. The local CloudFront has no cache, so each request reaches the API."""
    address = cloud.endpoints["storefront"] + path
    head, get = httpx.head(address), httpx.get(address)
    assert (head.status_code, head.content) == (status, b"")
    assert head.status_code == get.status_code
    for name in ("content-type", "cache-control", "content-security-policy"):
        assert head.headers[name] == get.headers[name]


def test_sitemap_lists_books(cloud: Cloud) -> None:
    overview = httpx.get(f"{cloud.endpoints['storefront']}/sitemap.xml").text
    assert "/sitemap-1.xml</loc>" in overview
    assert "/books/" in httpx.get(f"{cloud.endpoints['storefront']}/sitemap-1.xml").text


@pytest.mark.full_size
@needs_every_region("one region answers for another")
def test_region_without_index_says_so_and_sells(cloud: Cloud, apis: dict[str, Api]) -> None:
    deployment = cloud.deployment
    broken, other = list(apis)[:2]
    bucket = deployment.regions[broken].more["search_bucket"]
    s3 = deployment.client("s3", broken)
    pointer = read_pointer(s3, bucket)
    assert pointer is not None
    s3.put_object(Bucket=bucket, Key=pointer.key, Body=b"damaged")
    wait_until(lambda: _search_state(apis[broken]) == "damaged", 60, "health does not report the index")
    assert _search_state(apis[other]) == "ok"
    assert apis[other].get("/search", q="cooking")["items"]
    assert apis[broken].get("/books", limit=1)["items"]

    builder = deployment.regions[broken].functions["search-builder"]
    deployment.client("lambda", broken).invoke(FunctionName=builder, Payload=b"{}")
    wait_until(lambda: _search_state(apis[broken]) == "ok", 60, "the builder does not replace the index")


def _search_state(api: Api) -> str:
    state: str = api.get("/health")["details"]["search"]
    return state
