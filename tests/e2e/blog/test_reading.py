"""Reading the blog in every region."""

import csv
import re
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.blog.conftest import Publisher
from tests.support.blog_reader import Reader
from tests.support.cloud import Cloud
from tests.support.waiting import wait_until

pytestmark = pytest.mark.blog


CATALOG = Path(__file__).parents[3] / "data" / "catalog.csv"
EVERYWHERE_WITHIN = 5.0
"""Seconds from publication in the primary region to the last region's response."""


def test_post_reaches_every_region(readers: dict[str, Reader], publisher: Publisher) -> None:
    slug = f"fresh-{uuid.uuid4().hex[:8]}"
    publisher.publish(slug)
    for reader in readers.values():
        wait_until(lambda reader=reader: slug in reader.slugs(), EVERYWHERE_WITHIN)  # type: ignore[misc]


def test_change_reaches_every_region(readers: dict[str, Reader], publisher: Publisher) -> None:
    slug = f"edited-{uuid.uuid4().hex[:8]}"
    publisher.publish(slug, title="Before")
    publisher.publish(slug, title="After")
    for reader in readers.values():
        wait_until(
            lambda reader=reader: (
                [post["title"]["rendered"] for post in reader.posts(slug=slug)] == ["After"]
            ),  # type: ignore[misc]
            EVERYWHERE_WITHIN,
        )


def test_every_region_lists_the_same_posts(readers: dict[str, Reader], anyone: Reader) -> None:
    first, *others = (reader.slugs() for reader in readers.values())
    assert len(first) >= 10
    assert all(slugs == first for slugs in (*others, anyone.slugs()))


def test_response_names_its_region(readers: dict[str, Reader]) -> None:
    for region, reader in readers.items():
        assert reader.get("/").headers["x-region"] == region
        assert reader.get("/wp-json/wp/v2/posts").headers["x-region"] == region


def test_links_use_the_shared_address(cloud: Cloud, readers: dict[str, Reader]) -> None:
    for reader in readers.values():
        for post in reader.posts():
            assert post["link"].startswith(f"{cloud.endpoints['blog']}/")
            assert reader.get(post["link"].removeprefix(cloud.endpoints["blog"])).status_code == 200


def test_posts_link_to_catalog_books(cloud: Cloud, anyone: Reader) -> None:
    with CATALOG.open(encoding="utf-8") as file:
        books = {row["id"] for row in csv.DictReader(file)}
    for post in anyone.posts(per_page="100"):
        linked = re.findall(rf'{cloud.endpoints["storefront"]}/books/([^"]+)"', post["content"]["rendered"])
        assert linked, post["slug"]
        assert set(linked) == set(post["books"]) <= books
        assert post["byline"].startswith("The ")


def test_posts_can_be_filtered_by_book(anyone: Reader) -> None:
    about = anyone.posts(book="tartine-bread")
    assert [post["slug"] for post in about] == ["bread-is-a-clock"]
    assert anyone.posts(book="no-such-book") == []


def test_responses_are_cacheable(anyone: Reader) -> None:
    for path in ("/", "/bread-is-a-clock/", "/wp-json/wp/v2/posts"):
        assert "public, max-age=60" in anyone.get(path).headers["cache-control"]
    assert anyone.get("/no-such-page/").headers["cache-control"] == "no-store"


def test_cors_allows_the_storefront(anyone: Reader) -> None:
    answer = anyone.get("/wp-json/wp/v2/posts")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_every_category_has_a_page(anyone: Reader) -> None:
    categories = anyone.get("/wp-json/wp/v2/categories", per_page="100").json()
    named = {category["name"] for category in categories if category["count"]}
    assert {"Cookbooks", "Databases"} <= named
    for category in categories:
        if category["count"]:
            assert anyone.get(f"/category/{category['slug']}/").status_code == 200


def test_page_has_description_and_own_icon(anyone: Reader) -> None:
    page = anyone.get("/bread-is-a-clock/").text
    assert re.search(r'<meta name="description" content="[^"]{40,}">', page)
    assert anyone.get("/favicon.ico").headers["location"].endswith("/meridian/icon.svg")


def test_search_finds_a_post(anyone: Reader) -> None:
    assert "Bread is a clock" in anyone.get("/", s="bread").text


def test_scheduled_post_appears_when_due(
    readers: dict[str, Reader], anyone: Reader, publisher: Publisher
) -> None:
    slug = f"later-{uuid.uuid4().hex[:8]}"
    publisher.publish(slug, date=f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}")
    assert slug not in anyone.slugs()
    publisher.make_due(slug)
    for reader in readers.values():
        wait_until(lambda reader=reader: slug in reader.slugs(), EVERYWHERE_WITHIN)  # type: ignore[misc]
        assert reader.get(f"/{slug}/").status_code == 200


def test_feed_reader_receives_due_post(
    readers: dict[str, Reader], anyone: Reader, publisher: Publisher
) -> None:
    slug = f"feed-{uuid.uuid4().hex[:8]}"
    publisher.publish(slug, date=f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}")
    before = anyone.get("/feed/")
    known = {"If-None-Match": before.headers["etag"], "If-Modified-Since": before.headers["last-modified"]}
    assert anyone.send("GET", "/feed/", headers=known).status_code == 304
    publisher.make_due(slug, "1 SECOND")
    for reader in readers.values():
        wait_until(lambda reader=reader: slug in reader.slugs(), EVERYWHERE_WITHIN)  # type: ignore[misc]
        assert f"/{slug}/" in reader.send("GET", "/feed/", headers=known).text
