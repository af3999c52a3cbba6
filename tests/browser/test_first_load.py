"""What the browser fetches for the home page, and what it leaves for later."""

import re

from benchmarks.web import MOST_SCRIPT_BYTES
from tests.support.browser import OpenShop
from tests.support.chromium import Traffic

LATER = re.compile("identity|Form|Page|Route|merge")
"""Amplify, forms, and whatever belongs to another page; files are called as the modules that they begin with."""


def test_the_home_page_loads_little_script_and_none_of_other_pages(visitor: OpenShop) -> None:
    visit = visitor("phone")
    traffic = Traffic(visit.page)
    visit.open("/")
    visit.page.wait_for_selector("article h3")
    visit.page.wait_for_load_state("networkidle")
    first = traffic.scripts

    assert first
    assert sum(first.values()) <= MOST_SCRIPT_BYTES, first
    assert [url for url in first if LATER.search(url)] == []

    visit.page.get_by_role("link", name="Sign in").click()
    visit.page.get_by_label("Password").wait_for()
    assert [url for url in traffic.scripts if LATER.search(url)], "the files are no longer called as expected"
