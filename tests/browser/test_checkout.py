"""What may go wrong between a full cart and an order."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from ops.deployment import Deployment
from tests.support import axe
from tests.support.browser import OpenShop, Visit

BOOK = "how-to-eat"


@pytest.fixture
def set_price(deployment: Deployment) -> Iterator[Callable[[int], None]]:
    """Gives the book another price, in cents, until the test is over."""
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


def at_the_checkout(visit: Visit) -> None:
    visit.put_into_cart(BOOK)
    visit.open("/sign-in?next=/checkout")
    visit.sign_up()
    expect(visit.page.get_by_role("heading", level=1)).to_have_text("Checkout")


def test_a_price_that_moved_is_shown_before_anything_is_ordered(
    visitor: OpenShop, set_price: Callable[[int], None]
) -> None:
    visit = visitor()
    page = visit.page
    set_price(1990)
    at_the_checkout(visit)
    page.get_by_label("Full name").fill("Lena Vogt")
    set_price(2190)
    visit.expect_complaint(r"409.*/orders")  # the browser's own note of the API's answer
    page.get_by_role("button", name="Place order for €19.90").click()
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("It was €19.90 when you last looked and is €21.90 now")
    expect(page.get_by_label("Full name")).to_have_value("Lena Vogt")
    visit.picture("price-changed")
    assert axe.check(page) == []
    page.get_by_role("button", name="Place order for €21.90").click()
    expect(page.get_by_role("region", name="Receipt")).to_contain_text("€21.90")


def test_an_order_that_does_not_get_through_keeps_what_was_typed_and_is_placed_once(
    visitor: OpenShop, endpoints: dict[str, Any]
) -> None:
    visit = visitor("phone")
    page = visit.page
    at_the_checkout(visit)
    visit.expect_complaint("net::ERR_FAILED")
    # The first region takes the order and its answer is lost; the others cannot be reached at all.
    page.route(f"{endpoints['api']}/orders", lambda route: (route.fetch(), route.abort()))
    for region in endpoints["regions"].values():
        page.route(f"{region['api']}/orders", lambda route: route.abort())
    page.get_by_label("Full name").fill("Lena Vogt")
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
