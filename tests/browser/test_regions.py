import json
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support import axe
from tests.support.browser import OpenShop

pytestmark = pytest.mark.shared

COUNTRIES = {"eu-west-1": "Ireland", "ap-southeast-1": "Singapore"}


def route_api_to(page: Page, api: str, **config: Any) -> None:
    """Replaces the routed address, like DNS for a shopper near another region, and `config`."""

    def answer(route: Route) -> None:
        route.fulfill(json={**json.loads(route.fetch().body()), "api": api, **config})

    page.route("**/config.json", answer)


def test_badge_shows_the_region_that_answers(visitor: OpenShop, endpoints: dict[str, Any]) -> None:
    region = "ap-southeast-1"
    visit = visitor()
    api = endpoints["regions"][region]["api"]
    # Only this region: on a busy machine a slow answer would otherwise move the shopper to the other one.
    route_api_to(visit.page, api, regions=[{"name": region, "api": api}])
    visit.open("/")
    expect(visit.page.locator(f"[data-region={region}]")).to_contain_text(COUNTRIES[region])
    visit.put_into_cart("the-joy-of-cooking")
    visit.open("/sign-in?next=/checkout")
    visit.sign_up()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Checkout")
    visit.place_order()
    expect(visit.page.get_by_role("region", name="Receipt")).to_contain_text(COUNTRIES[region])
    visit.picture("receipt")


def test_lost_region_is_replaced_by_the_other(visitor: OpenShop, endpoints: dict[str, Any]) -> None:
    visit = visitor()
    page = visit.page
    lost, other = COUNTRIES
    route_api_to(page, endpoints["regions"][lost]["api"])
    visit.open("/")
    expect(page.locator(f"[data-region={lost}]")).to_be_visible()
    visit.expect_console_error("net::ERR_CONNECTION_REFUSED")
    page.route(f"{endpoints['regions'][lost]['api']}/**", lambda route: route.abort("connectionrefused"))
    page.get_by_role("navigation", name="Categories").get_by_role("link", name="Poetry").click()
    expect(page.get_by_role("article")).not_to_have_count(0)
    expect(page.locator(f"[data-region={other}]")).to_contain_text(COUNTRIES[other])
    expect(page.get_by_text(f"The shop is now served from {COUNTRIES[other]}.")).to_have_count(1)
    visit.picture("answered-by-the-other-region")


def test_unreachable_api_offers_to_try_again(visitor: OpenShop, endpoints: dict[str, Any]) -> None:
    visit = visitor()
    page = visit.page
    visit.open("/books/the-joy-of-cooking")
    visit.expect_console_error("net::ERR_CONNECTION_REFUSED")
    apis = [endpoints["api"], *(region["api"] for region in endpoints["regions"].values())]
    for api in apis:
        page.route(f"{api}/**", lambda route: route.abort("connectionrefused"))
    page.get_by_role("navigation", name="Categories").get_by_role("link", name="Poetry").click()
    expect(page.get_by_role("alert").first).to_contain_text("We can’t reach the shop")
    visit.picture("unreachable")
    assert axe.check(page) == []
    button = page.get_by_role("button", name="Try again").first.element_handle()
    for api in apis:
        page.unroute(f"{api}/**")
    # The page also tries again by itself, so the button may be gone already: Playwright's click would wait for it.
    button.evaluate("button => button.click()")
    expect(page.get_by_role("article")).not_to_have_count(0)


@pytest.mark.parametrize("missing", ["**/config.json", "**/assets/front-*.js"])
def test_missing_configuration_shows_an_error_page(visitor: OpenShop, missing: str) -> None:
    visit = visitor()
    page = visit.page
    visit.expect_console_error("net::ERR_FAILED")
    page.route(missing, lambda route: route.abort())
    expect(visit.open("/")).to_have_text("The shop can’t open right now")
    visit.picture("closed")
    assert axe.check(page) == []
    page.unroute(missing)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("article")).not_to_have_count(0)
