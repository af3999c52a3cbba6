"""Scripts and data that the browser loads first."""

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
