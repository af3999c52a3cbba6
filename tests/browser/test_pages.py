"""Pages without JavaScript, without the pages function, in old browsers and old tabs; layout shift; footer."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.browser import OpenShop, has_metadata

BOOK = "/books/the-joy-of-cooking"
MAX_LAYOUT_SHIFT = 0.02
OBSERVE = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: 'layout-shift', buffered: true });
"""
WITHOUT_ABORT_SIGNALS = "delete AbortSignal.any; delete AbortSignal.timeout;"
NEWER_BUILD = '<script defer src="/assets/start-A.js" data-entry="/assets/index-AAAAAAAA.js"></script>'


def test_book_without_javascript_is_readable(visitor: OpenShop) -> None:
    visit = visitor("phone", java_script_enabled=False)
    page = visit.page
    page.goto(BOOK)
    expect(page.get_by_role("heading", level=1)).to_have_text("The Joy of Cooking")
    expect(page.get_by_role("main")).to_contain_text("Irma S. Rombauer")
    expect(page.locator(".book-price")).to_have_text("16.50 EUR")
    expect(page.locator("noscript .noscript")).to_be_in_viewport()
    visit.picture("without-javascript")


@pytest.mark.usefixtures("pages_function_stopped")
def test_shop_opens_without_pages_and_api(visitor: OpenShop, endpoints: dict[str, Any]) -> None:
    assert not has_metadata(endpoints["storefront"])
    visit = visitor()
    page = visit.page
    visit.expect_console_error("net::ERR_CONNECTION_REFUSED")
    apis = [endpoints["api"], *(region["api"] for region in endpoints["regions"].values())]
    for api in apis:
        page.route(f"{api}/**", lambda route: route.abort("connectionrefused"))
    visit.open(BOOK)
    expect(page.get_by_role("alert").first).to_contain_text("We can’t reach the shop")
    visit.picture("from-the-bucket")
    page.unroute_all()
    page.get_by_role("main").get_by_role("button", name="Try again").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The Joy of Cooking")


def test_browser_without_abort_signals_works(visitor: OpenShop) -> None:
    visit = visitor()
    visit.page.add_init_script(WITHOUT_ABORT_SIGNALS)
    visit.open("/category/Poetry")
    expect(visit.page.get_by_role("article")).not_to_have_count(0)
    assert visit.page.evaluate("AbortSignal.any === undefined && AbortSignal.timeout === undefined")


def test_old_tab_reloads_for_another_language(visitor: OpenShop) -> None:
    visit = visitor()
    page = visit.page
    heading = visit.open("/")
    visit.expect_console_error("404")
    page.route("**/index.html", lambda route: route.fulfill(body=NEWER_BUILD, content_type="text/html"))
    page.route("**/assets/front-*.js", lambda route: route.fulfill(status=404), times=1)
    page.get_by_label("Language").select_option(label="Deutsch")
    expect(heading).to_have_text("Hier brennt immer Licht.")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_loading_pages_do_not_shift(visitor: OpenShop, size: str) -> None:
    visit = visitor(size)
    page = visit.page
    page.add_init_script(OBSERVE)
    shifts = {}
    for path in ("/", "/category/Cookbooks", BOOK):
        visit.open(path)
        expect(page.get_by_role("article")).not_to_have_count(0)
        page.wait_for_load_state("networkidle")
        shifts[path] = page.evaluate("window.shift")
    assert max(shifts.values()) < MAX_LAYOUT_SHIFT, shifts


@pytest.mark.parametrize("name", ["Privacy", "Imprint"])
def test_footer_links_to_notices(visitor: OpenShop, name: str) -> None:
    visit = visitor("phone")
    visit.open("/")
    visit.page.get_by_role("contentinfo").get_by_role("link", name=name).click()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text(name)
