"""Scripts, data and content that the browser loads first."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from benchmarks.web import MAX_SCRIPT_BYTES
from tests.support.browser import BOOK, OpenShop
from tests.support.chromium import Traffic

pytestmark = pytest.mark.shared

LATER = re.compile("identity|Form|Page|Route|merge")
"""Chunks of Amplify, forms and other pages; a chunk is named after its first module."""


def test_home_page_loads_few_scripts(visitor: OpenShop) -> None:
    visit = visitor("phone")
    traffic = Traffic(visit.page)
    visit.open("/")
    visit.page.wait_for_selector("article h3")
    visit.page.wait_for_load_state("networkidle")
    first = traffic.scripts

    assert first
    assert sum(first.values()) <= MAX_SCRIPT_BYTES, first
    assert [url for url in first if LATER.search(url)] == []

    visit.page.get_by_role("link", name="Sign in").click()
    visit.page.get_by_label("Password", exact=True).wait_for()
    assert [url for url in traffic.scripts if LATER.search(url)], "chunks have other names than expected"


@pytest.mark.parametrize(
    ("path", "reads"),
    [
        ("/", ["/books?limit=12", "/categories", "/bestsellers?limit=6"]),
        ("/category/Fairy%20Tales", ["/search?category=Fairy+Tales&limit=24", "/categories"]),
        (f"/books/{BOOK}", [f"/books/{BOOK}", "/categories"]),
    ],
)
def test_first_reads_are_sent_once(
    visitor: OpenShop, endpoints: dict[str, Any], path: str, reads: list[str]
) -> None:
    """The page's HTML preloads the reads, and the web app uses the answers."""
    visit = visitor("phone")
    visit.open(path)
    expect(visit.page.locator("article").first).to_be_visible()
    visit.page.wait_for_load_state("networkidle")
    sent = visit.page.evaluate(
        "urls => urls.map(url => performance.getEntriesByName(url).map(each => each.initiatorType))",
        [endpoints["api"] + read for read in reads],
    )
    assert sent == [["link"]] * len(reads)


CATEGORY = "/category/Poetry"
PLACES = {
    "/": (".hero-text p", ".hero-text .btn"),
    CATEGORY: (".grid", ".tile-title"),
    f"/books/{BOOK}": (".book-author", ".book-description"),
}
"""Elements of the first content, by page."""


@pytest.mark.parametrize(
    ("path", "size"), [*((path, "phone") for path in PLACES), (f"/books/{BOOK}", "desktop")]
)
def test_app_takes_the_places_of_first_content(visitor: OpenShop, path: str, size: str) -> None:
    """Readers see the first content in their language, and nothing moves when the web app replaces it."""
    waiting, visit = visitor(size, "de-DE"), visitor(size, "de-DE")
    waiting.page.route("**/assets/index-*.js", lambda route: route.fulfill(content_type="text/javascript"))
    waiting.page.goto(path)
    visit.open(path)
    for each, name in ((waiting, "first-content"), (visit, "app")):
        each.page.wait_for_load_state("networkidle")
        each.picture(name)
    expect(waiting.page.get_by_role("contentinfo")).to_have_count(0)
    expect(visit.page.locator("h1")).to_have_text(waiting.page.locator("h1").inner_text())
    for place in ("h1", ".category-bar", *PLACES[path]):
        first, later = (each.page.locator(place).first.bounding_box() for each in (waiting, visit))
        assert first is not None, place
        assert later is not None, place
        assert (later["x"], later["y"]) == pytest.approx((first["x"], first["y"]), abs=3), place
