import re
import time
import uuid
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from ops.deployment import Deployment
from ops.drill.accounts import open_account
from tests.support.browser import OpenShop, Visit

pytestmark = pytest.mark.shared

BOOK = "the-joy-of-cooking"
TITLE = "The Joy of Cooking"


def sold(visit: Visit) -> int:
    """Copies of the book among the bestsellers; 0 if it is not listed."""
    visit.open("/bestsellers")
    expect(visit.page.get_by_text(re.compile("Counted from|Nothing sold"))).not_to_have_count(0)
    tile = visit.page.get_by_role("article").filter(has_text=TITLE)
    if not tile.count():
        return 0
    found = re.search(r"([\d,]+) sold", tile.first.inner_text())
    return int(found[1].replace(",", "")) if found else 0


def assert_prints_only_the_receipt(visit: Visit) -> None:
    page = visit.page
    page.evaluate("window.print = () => document.body.setAttribute('data-printed', '')")
    page.get_by_role("button", name="Print receipt").click()
    expect(page.locator("body")).to_have_attribute("data-printed", "")
    page.emulate_media(media="print")
    expect(page.get_by_role("region", name="Receipt")).to_be_visible()
    for around in ("banner", "contentinfo", "button"):
        expect(page.get_by_role(around)).to_have_count(0)
    # A footer group would be printed on each page.
    assert (
        page.locator(".receipt-lines tfoot").evaluate("it => getComputedStyle(it).display")
        == "table-row-group"
    )
    visit.picture("receipt-on-paper")
    page.emulate_media(media="screen")


@pytest.fixture(scope="module")
def bestselling_book(deployment: Deployment, endpoints: dict[str, Any]) -> None:
    """Orders enough copies to put the book among the bestsellers."""
    api = endpoints["api"]
    reader = open_account(deployment, f"reader-{uuid.uuid4()}@example.com").shopper
    price = httpx.get(f"{api}/books/{BOOK}").json()["price"]
    httpx.post(
        f"{api}/orders",
        headers={"Authorization": f"Bearer {reader.token()}", "Idempotency-Key": str(uuid.uuid4())},
        json={"items": [{"bookId": BOOK, "quantity": 99}], "expectedTotal": 99 * price},
    ).raise_for_status()
    deadline = time.monotonic() + 10
    while BOOK not in [item["book"]["id"] for item in httpx.get(f"{api}/bestsellers").json()["items"]]:
        assert time.monotonic() < deadline, "99 copies do not make a bestseller here"


@pytest.mark.usefixtures("bestselling_book")
@pytest.mark.parametrize("size", ["phone", pytest.param("desktop", marks=pytest.mark.full_size)])
def test_shopper_buys_a_book(visitor: OpenShop, size: str) -> None:
    visit = visitor(size)
    page = visit.page
    before = sold(visit)

    visit.open("/")
    expect(page.get_by_role("article")).not_to_have_count(0)
    visit.picture("home")
    page.get_by_role("navigation", name="Categories").get_by_role("link", name="Cookbooks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cookbooks")
    expect(page.get_by_role("article")).to_have_count(24)
    visit.picture("category")
    page.get_by_role("link", name="Next page").click()
    expect(page.get_by_role("link", name="Previous page")).to_be_visible()

    visit.put_into_cart(BOOK, quantity=3)
    visit.picture("book")
    page.get_by_role("link", name="View cart").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Cart")
    expect(page.get_by_role("complementary")).to_contain_text("€49.50")
    visit.picture("guest-cart")

    page.get_by_role("link", name="Check out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    visit.picture("sign-in")
    email = visit.sign_up()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkout")
    expect(page.get_by_role("complementary")).to_contain_text("3 ×")
    expect(page.get_by_role("button", name="Place order for €49.50")).to_be_enabled()
    visit.picture("checkout")
    order = visit.place_order()
    expect(page.get_by_role("region", name="Receipt")).to_contain_text("Lena Vogt")
    expect(page.get_by_role("region", name="Receipt")).to_contain_text("€49.50")
    visit.picture("receipt")
    assert_prints_only_the_receipt(visit)

    page.get_by_role("link", name="Your orders").last.click()
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(1)
    visit.picture("orders")
    expect(page.get_by_role("link", name="Cart, empty")).to_be_visible()
    visit.open("/cart")
    expect(page.get_by_text("Your cart is empty")).to_be_visible()

    for _ in range(20):
        if sold(visit) >= before + 3:
            break
    assert sold(visit) >= before + 3
    visit.picture("best-sellers")

    visit.sign_out()
    visit.sign_in(email)
    visit.open(f"/orders/{order}")
    expect(page.get_by_role("region", name="Receipt")).to_contain_text(TITLE)


def test_guest_cart_is_merged_once(visitor: OpenShop) -> None:
    visit = visitor()
    page = visit.page
    visit.open("/sign-in")
    email = visit.sign_up()
    expect(page.get_by_role("link", name="Account", exact=True)).to_be_visible()
    visit.put_into_cart(BOOK, quantity=2)
    visit.sign_out()
    visit.put_into_cart(BOOK, quantity=3)
    visit.put_into_cart("how-to-eat")
    visit.sign_in(email)
    expect(page.get_by_role("link", name="Cart, 6 books")).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Cart, 6 books")).to_be_visible()
    visit.sign_out()
    expect(page.get_by_role("link", name="Cart, empty")).to_be_visible()
    visit.sign_in(email)
    expect(page.get_by_role("link", name="Cart, 6 books")).to_be_visible()


def test_two_devices_place_one_order(visitor: OpenShop) -> None:
    desk, phone = visitor("desktop"), visitor("phone")
    desk.open("/sign-in")
    email = desk.sign_up()
    expect(desk.page.get_by_role("link", name="Account", exact=True)).to_be_visible()
    desk.put_into_cart(BOOK)
    phone.sign_in(email)
    desk.open("/checkout")
    phone.open("/checkout")
    for visit in (desk, phone):
        expect(visit.page.get_by_role("complementary")).to_contain_text("€16.50")
    assert desk.place_order() == phone.place_order()
    desk.open("/orders")
    expect(desk.page.get_by_role("main").get_by_role("listitem")).to_have_count(1)


def test_unknown_pages_say_so(visitor: OpenShop) -> None:
    visit = visitor()
    visit.expect_console_error("404")  # the browser's own note of the page's and of the API's answer
    expect(visit.open("/no/such/page")).to_have_text("Page not found")
    expect(visit.open("/books/no-such-book")).to_have_text("We don’t have that book")
