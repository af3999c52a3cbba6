"""Scarce books, copies in another region, a cart that another tab changes, and orders that wait for a decision."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from localcloud.layout import Layout
from ops import stock
from ops.deployment import Deployment
from ops.drill.accounts import Account, open_account
from tests.support import axe
from tests.support.api import Api, Json
from tests.support.browser import BOOK, OpenShop
from tests.support.cloud import Cloud
from tests.support.own_book import own_book
from tests.support.waiting import wait_until

NEAR, FAR = "eu-west-1", "ap-southeast-1"
DEMAND = 1000
"""Recent demand where the copies are. The region that has them gives none away to one with so much less."""


@pytest.fixture
def cloud(layout: Layout, endpoints: dict[str, Any], deployment: Deployment) -> Cloud:
    return Cloud(layout, endpoints, deployment)


@pytest.fixture
def book(cloud: Cloud) -> Iterator[Json]:
    # A title of its own: other tests search for the original.
    with own_book(cloud, BOOK, title=f"Rare {uuid.uuid4().hex[:8]}") as item:
        yield item


@pytest.fixture
def open_reader(cloud: Cloud) -> Iterator[Callable[[], tuple[Account, Api]]]:
    """Opens an account. Returns it with a client of the first region that is signed in."""
    with ExitStack() as clients:

        def opened() -> tuple[Account, Api]:
            account = open_account(cloud.deployment, f"reader-{uuid.uuid4()}@example.com")
            api = Api(cloud.endpoints["regions"][NEAR]["api"], NEAR, account.shopper)
            clients.callback(api.close)
            return account, api

        yield opened


OpenReader = Callable[[], tuple[Account, Api]]


def put_copies(cloud: Cloud, book: Json, region: str, copies: int) -> None:
    """Give a region copies that stay there."""
    numbers = {"received": copies, "restored": 0, "spent": 0, "wanted": 0}
    demand = {f"demand:{datetime.now(UTC):%Y-%m-%dT%H}": DEMAND}
    cloud.table("stock", region).put_item(Item={"bookId": book["id"], "region": region, **numbers, **demand})


def hold(cloud: Cloud, account: Account, order: Json, reason: str) -> None:
    """Let an order wait for a decision. `reason` is the id of an order that it overlaps with, or `oversold`."""
    suffix = f"#held#{reason}"
    keys = {"orderId": f"{order['orderId']}{suffix}", "createdAt": f"{order['createdAt']}{suffix}"}
    cloud.table("orders").put_item(Item={"customerId": account.id, **keys})


def left(cloud: Cloud, book: Json) -> int:
    """Copies of the book in all regions."""
    return sum(share.rights for share in stock.status(cloud.deployment, book["id"]))


def place_button(page: Page, total: str) -> Locator:
    return page.get_by_role("button", name=f"Place order for {total}")


def test_last_copies_sell_out(visitor: OpenShop, cloud: Cloud, book: Json, open_reader: OpenReader) -> None:
    (account, _), (_, other) = open_reader(), open_reader()
    put_copies(cloud, book, NEAR, 3)
    visit = visitor()
    page, main, path = visit.page, visit.page.get_by_role("main"), f"/books/{book['id']}"
    visit.put_into_cart(book["id"], quantity=3)
    expect(main).to_contain_text("Only 3 left")
    visit.sign_in(account.email, account.password)
    expect(page.get_by_role("link", name="Cart, 3 books")).to_be_visible()
    visit.open("/checkout")
    visit.fill_address()
    other.order_book(book, 2)
    visit.expect_console_error(r"409.*/orders")  # the browser's own note of the API's answer
    place_button(page, "€49.50").click()
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("Not enough copies are left")
    expect(notice).to_contain_text(f"{book['title']}: 1 copy left")
    visit.picture("out-of-stock")
    assert axe.check(page) == []

    notice.get_by_role("link", name="Change the cart").click()
    expect(main).to_contain_text("Only 1 left")
    page.get_by_role("button", name="Reduce to 1 copy").click()
    expect(page.get_by_role("complementary")).to_contain_text("€16.50")
    page.get_by_role("link", name="Check out").click()
    visit.place_order()
    assert left(cloud, book) == 0
    # In another browser: this one may show an answer of the last 30 seconds.
    late = visitor("phone")
    late.open(path)
    expect(late.page.get_by_role("button", name="Sold out")).to_be_visible()
    expect(late.page.get_by_role("button", name="One more")).to_have_count(0)
    late.picture("sold-out")

    page.get_by_role("button", name="Cancel order").click()
    page.get_by_role("button", name="Yes, cancel it").click()
    expect(page.get_by_role("status").filter(has_text="This order was cancelled.")).to_be_visible()
    wait_until(lambda: left(cloud, book) == 1, failure="the copy of the cancelled order")


def test_order_is_placed_where_the_copies_are(
    visitor: OpenShop, cloud: Cloud, book: Json, open_reader: OpenReader
) -> None:
    account, _ = open_reader()
    put_copies(cloud, book, FAR, 8)
    visit = visitor()
    page = visit.page
    visit.put_into_cart(book["id"], quantity=2)
    expect(page.get_by_role("main")).to_contain_text("In stock")
    visit.sign_in(account.email, account.password)
    visit.open("/checkout")
    # Of the region without copies. On a busy machine, the shopper may have been moved to the other one before.
    visit.expect_console_error(r"409.*/orders")
    visit.place_order()
    expect(page.locator(f"[data-region={FAR}]")).to_be_visible()
    expect(page.get_by_role("region", name="Receipt")).to_contain_text("Singapore")
    visit.picture("placed-elsewhere")
    assert left(cloud, book) == 6


def test_cart_changed_in_another_tab_is_shown(visitor: OpenShop, book: Json, open_reader: OpenReader) -> None:
    account, _ = open_reader()
    visit = visitor()
    page = visit.page
    visit.sign_in(account.email, account.password)
    visit.put_into_cart(book["id"])
    visit.open("/checkout")
    visit.fill_address()
    expect(place_button(page, "€16.50")).to_be_enabled()
    tab = page.context.new_page()
    tab.goto("/cart")
    tab.get_by_role("button", name="One more").click()
    expect(tab.get_by_role("complementary")).to_contain_text("€33.00")

    visit.expect_console_error(r"409.*/orders")
    place_button(page, "€16.50").click()
    expect(page.get_by_role("alert")).to_contain_text("Your cart has changed")
    expect(page.get_by_label("Full name")).to_have_value("Lena Vogt")
    visit.picture("cart-changed")
    assert axe.check(page) == []
    place_button(page, "€33.00").click()
    expect(page.get_by_role("region", name="Receipt")).to_contain_text("€33.00")


def test_held_orders_are_kept_or_cancelled(
    visitor: OpenShop, cloud: Cloud, book: Json, open_reader: OpenReader
) -> None:
    account, api = open_reader()
    older, younger = api.order_book(book), api.order_book(book)
    hold(cloud, account, older, "oversold")
    hold(cloud, account, younger, older["orderId"])
    visit = visitor()
    page = visit.page
    visit.sign_in(account.email, account.password)
    visit.open("/orders")
    rows = page.get_by_role("main").get_by_role("listitem")
    expect(rows.filter(has_text="Your decision is needed")).to_have_count(2)

    visit.open(f"/orders/{younger['orderId']}")
    expect(page.get_by_role("link", name=older["orderId"][:8].upper())).to_be_visible()
    visit.picture("held")
    assert axe.check(page) == []
    page.get_by_role("button", name="Cancel order").click()
    expect(page.get_by_role("status").filter(has_text="This order was cancelled.")).to_be_visible()
    visit.open(f"/orders/{older['orderId']}")
    page.get_by_role("button", name="Keep the order").click()
    expect(page.get_by_role("button", name="Keep the order")).to_have_count(0)
    expect(page.get_by_role("button", name="Cancel order")).to_be_visible()
    listed = {order["orderId"]: order["status"] for order in api.get("/orders")["items"]}
    assert listed == {older["orderId"]: "placed", younger["orderId"]: "cancelled"}
