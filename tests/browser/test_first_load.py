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
    ("path", "read", "shown"),
    [("/", "/books?limit=12", ".hero-book svg"), (f"/books/{BOOK}", f"/books/{BOOK}", ".book svg")],
)
def test_first_read_is_sent_once(
    visitor: OpenShop, endpoints: dict[str, Any], path: str, read: str, shown: str
) -> None:
    """The page's HTML preloads the read, and the web app uses the answer."""
    visit = visitor("phone")
    visit.open(path)
    expect(visit.page.locator(shown).first).to_be_visible()
    sent = visit.page.evaluate(
        "url => performance.getEntriesByName(url).map(each => each.initiatorType)", endpoints["api"] + read
    )
    assert len(sent) == 1
