"""Failures between the cart and the order."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from ops.deployment import Deployment
from tests.support import axe
from tests.support.browser import OpenShop, Visit

pytestmark = pytest.mark.shared

BOOK = "how-to-eat"


@pytest.fixture
def set_price(deployment: Deployment) -> Iterator[Callable[[int], None]]:
    """Sets the book's price in cents during the test."""
    region = next(iter(deployment.regions))
    table = deployment.regions[region].tables["books"]
    dynamodb = deployment.client("dynamodb", region)
    key = {"id": {"S": BOOK}}
    before: dict[str, Any] = dynamodb.get_item(TableName=table, Key=key)["Item"]["price"]

    def put(price: dict[str, str]) -> None:
        dynamodb.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="SET price = :price",
            ExpressionAttributeValues={":price": price},
        )

    yield lambda cents: put({"N": str(cents)})
    put(before)


def open_checkout(visit: Visit) -> None:
    visit.put_into_cart(BOOK)
    visit.open("/sign-in?next=/checkout")
    visit.sign_up()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Checkout")


def test_changed_price_is_shown_before_ordering(visitor: OpenShop, set_price: Callable[[int], None]) -> None:
    visit = visitor()
    page = visit.page
    set_price(1990)
    open_checkout(visit)
    visit.fill_address()
    set_price(2190)
    visit.expect_console_error(r"409.*/orders")  # the browser's own note of the API's answer
    page.get_by_role("button", name="Place order for €19.90").click()
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("It was €19.90 when you last looked and is €21.90 now")
    expect(page.get_by_label("Full name")).to_have_value("Lena Vogt")
    visit.picture("price-changed")
    assert axe.check(page) == []
    page.get_by_role("button", name="Place order for €21.90").click()
    expect(page.get_by_role("region", name="Receipt")).to_contain_text("€21.90")


def test_lost_response_keeps_fields_and_orders_once(visitor: OpenShop, endpoints: dict[str, Any]) -> None:
    visit = visitor("phone")
    page = visit.page
    open_checkout(visit)
    visit.expect_console_error("net::ERR_FAILED")
    # The routed region places the order and its response is lost; the other addresses are unreachable.
    page.route(f"{endpoints['api']}/orders", lambda route: (route.fetch(), route.abort()))
    for region in endpoints["regions"].values():
        page.route(f"{region['api']}/orders", lambda route: route.abort())
    visit.fill_address()
    page.get_by_role("button", name="Place order for").click()
    expect(page.get_by_role("alert")).to_contain_text("We can’t reach the shop")
    expect(page.get_by_text("What you typed is still here.")).to_be_visible()
    expect(page.get_by_label("Full name")).to_have_value("Lena Vogt")
    visit.picture("not-reached")
    assert axe.check(page) == []
    page.unroute_all()
    page.get_by_role("button", name="Place order for").click()
    expect(page.get_by_role("region", name="Receipt")).to_contain_text("Lena Vogt")
    visit.open("/orders")
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(1)
