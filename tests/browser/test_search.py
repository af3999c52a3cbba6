"""Search: field with suggestions, results, facets, and their state in the address."""

import re

import pytest
from playwright.sync_api import expect

from tests.support import axe
from tests.support.browser import OpenShop

pytestmark = pytest.mark.shared


RESULTS = re.compile(r"Results for “cooking”")


def test_suggestions_work_with_the_keyboard(visitor: OpenShop) -> None:
    visit = visitor()
    page = visit.page
    visit.open("/")
    field = page.get_by_label("Search books")
    field.click()
    field.press_sequentially("joy of")
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options.filter(has_text="The Joy of Cooking")).to_have_count(1)
    assert axe.check(page) == []
    visit.picture("suggestions")

    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(field).to_have_value("joy of")
    expect(field).to_be_focused()

    page.keyboard.press("ArrowDown")
    expect(options.first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The Joy of Cooking")


def test_results_keep_their_state_in_the_address(visitor: OpenShop) -> None:
    visit = visitor()
    page = visit.page
    heading = page.get_by_role("heading", level=1)
    visit.open("/")
    page.get_by_label("Search books").fill("cooking")
    page.keyboard.press("Enter")
    expect(heading).to_have_text(RESULTS)
    tiles = page.get_by_role("article")
    expect(tiles).not_to_have_count(0)
    page.get_by_text("Filter", exact=True).click()
    page.get_by_role("region", name="Language").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("language="))
    with page.expect_response(lambda response: "sort=price" in response.url):
        page.get_by_label("Sort by").select_option("price")
    expect(page.locator(".book-list")).to_have_attribute("aria-busy", "false")
    expect(page).to_have_url(re.compile("sort=price"))
    expect(page.get_by_role("list", name="Active filters").get_by_role("listitem")).to_have_count(1)
    expect(tiles).not_to_have_count(0)
    titles = page.locator("article h3").all_inner_texts()
    visit.picture("results")
    assert axe.check(page) == []

    page.reload()
    expect(heading).to_have_text(RESULTS)
    expect(page.get_by_label("Sort by")).to_have_value("price")
    expect(page.locator("article h3")).to_have_text(titles)
    page.get_by_role("link", name="Remove filter").click()
    expect(page).not_to_have_url(re.compile("language="))
    page.go_back()
    expect(page).to_have_url(re.compile("language="))


def test_misspelt_and_empty_results_lead_on(visitor: OpenShop) -> None:
    visit = visitor("phone")
    page = visit.page
    visit.open("/search?q=cookking")
    expect(page.get_by_role("main").get_by_role("link", name="cooking", exact=True)).to_be_visible()
    visit.picture("corrected")
    visit.open("/search?q=%22%20OR%201%3D1%20--%20zzqxv")
    expect(page.get_by_text("No books found")).to_be_visible()
    assert axe.check(page) == []
    visit.picture("nothing-found")
    page.get_by_role("main").get_by_role("link", name="Best sellers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Best sellers")
