"""The blog and the shop together: posts through the storefront's address, books in posts."""

import re
from collections.abc import Iterator

import pytest

from localcloud.blog.service import Blog
from tests.support.blog_reader import Reader
from tests.support.cloud import Cloud
from tests.support.waiting import wait_until

pytestmark = pytest.mark.everything

POSTS = "/wp-json/wp/v2/posts?per_page=3&_fields=id,link,title,excerpt,date"


@pytest.fixture
def shop(cloud: Cloud) -> Iterator[Reader]:
    reader = Reader(cloud.endpoints["storefront"])
    yield reader
    reader.close()


@pytest.fixture
def without_a_blog(cloud: Cloud, blog: Blog) -> Iterator[None]:
    """Stop WordPress in every region."""
    for region in cloud.regions:
        blog.stop_region(region)
    yield
    for region in sorted(cloud.regions, key=lambda region: region != blog.writer):
        blog.start_region(region)


def test_posts_are_served_by_the_storefront(shop: Reader, anyone: Reader) -> None:
    answer = shop.get(POSTS)
    assert answer.status_code == 200
    assert len(answer.json()) == 3
    assert {post["id"] for post in answer.json()} <= {post["id"] for post in anyone.posts(per_page="100")}


def test_post_shows_cards_of_its_books(cloud: Cloud, anyone: Reader) -> None:
    page = anyone.get("/bread-is-a-clock/").text
    cards = page.partition('class="books"')[2].partition("</section>")[0]
    assert f'href="{cloud.endpoints["storefront"]}/books/tartine-bread"' in cards
    assert re.search(r"\d+\.\d{2} EUR", cards)


def test_query_reaches_the_blog(shop: Reader) -> None:
    found = shop.get("/wp-json/wp/v2/posts?book=tartine-bread").json()
    assert [post["slug"] for post in found] == ["bread-is-a-clock"]


def test_unavailable_blog_returns_no_posts(shop: Reader, without_a_blog: None) -> None:
    answer = shop.get(POSTS)
    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["content-type"] == "application/json"


def test_posts_return_with_the_blog(shop: Reader) -> None:
    wait_until(lambda: len(shop.get(POSTS).json()) == 3)
