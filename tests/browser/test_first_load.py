"""Scripts that the browser loads for the home page."""

import re

from benchmarks.web import MAX_SCRIPT_BYTES
from tests.support.browser import OpenShop
from tests.support.chromium import Traffic

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
