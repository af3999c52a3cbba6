import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.axe import check
from tests.support.browser import BOOK, CODE, FOR_ANYONE, PASSWORD, SIZES, OpenShop, Visit, settled

pytestmark = pytest.mark.shared


def assert_accessible(visit: Visit, name: str) -> None:
    """Check the page on a phone and on a desktop."""
    page = visit.page
    settled(page)
    for size in ("phone", "desktop"):
        page.set_viewport_size(SIZES[size])
        visit.picture(f"{name}-{size}")
        assert check(page) == [], f"{name} on a {size}"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"


def test_pages_meet_wcag_22_aa(visitor: OpenShop) -> None:
    visit = visitor()
    page = visit.page
    visit.expect_console_error("404")  # of unknown pages
    for name, path in FOR_ANYONE.items():
        visit.open(path)
        assert_accessible(visit, name)

    visit.open("/forgot")
    page.get_by_label("E-mail").fill("reader@example.com")
    page.get_by_role("button", name="Send the code").click()
    expect(page.get_by_label("New password")).to_be_visible()
    assert_accessible(visit, "new-password")
    visit.open("/sign-in")
    visit.ask_for_account()
    assert_accessible(visit, "confirm")
    page.get_by_label("Code from the e-mail").fill(CODE)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("link", name="Account", exact=True)).to_be_visible()
    visit.open("/account")
    assert_accessible(visit, "account")
    visit.open("/orders")
    assert_accessible(visit, "orders-empty")
    visit.put_into_cart(BOOK)
    assert_accessible(visit, "book-added")
    visit.open("/cart")
    assert_accessible(visit, "cart")
    visit.open("/checkout")
    assert_accessible(visit, "checkout")
    visit.place_order()
    assert_accessible(visit, "receipt")
    visit.open("/orders")
    assert_accessible(visit, "orders")


def focused(page: Page) -> str:
    """Accessible name of the focused element."""
    name: str = page.evaluate(
        """() => { const it = document.activeElement;
        const label = it.getAttribute('aria-label') ?? it.labels?.[0]?.textContent ?? it.textContent;
        return label.replace(/\\s+/g, ' ').trim(); }"""
    )
    return name


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the named control has the focus, and check that the focus is visible."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if re.search(name, focused(page)):
            assert page.evaluate(
                """() => { const it = document.activeElement; const shown = [getComputedStyle(it),
                getComputedStyle(it, '::after')];
                return shown.some(s => s.outlineStyle !== 'none' || s.boxShadow !== 'none'); }"""
            ), f"the focus on {name!r} cannot be seen"
            return
    raise AssertionError(f"{name!r} cannot be reached with Tab; the focus is on {focused(page)!r}")


def test_purchase_works_with_the_keyboard_alone(visitor: OpenShop) -> None:
    visit = visitor()
    page = visit.page
    heading = page.get_by_role("heading", level=1)

    def press(name: str) -> None:
        tab_to(page, name)
        page.keyboard.press("Enter")

    def write(name: str, text: str) -> None:
        tab_to(page, name)
        page.keyboard.type(text)

    visit.open("/")
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    press("^See what sells best")
    expect(heading).to_have_text("Best sellers")
    assert page.evaluate("document.activeElement.tagName") == "H1", (
        "a new page takes the focus to its heading"
    )
    visit.open("/category/Cookbooks")
    expect(page.get_by_role("article")).not_to_have_count(0)
    press("^Next page")
    expect(page).to_have_url(re.compile("page=2"))
    visit.open(f"/books/{BOOK}")
    press("^One more")
    press("^Add to cart")
    press("^View cart")
    expect(heading).to_have_text("Cart")
    press("^Check out")
    expect(heading).to_have_text("Sign in")
    press("^Create an account")
    expect(heading).to_have_text("Create an account")
    write("^E-mail", f"keys-{page.evaluate('crypto.randomUUID()')}@example.com")
    write("^New password", PASSWORD)
    page.keyboard.press("Enter")
    expect(heading).to_have_text("Confirm your e-mail")
    write("^Code", CODE)
    page.keyboard.press("Enter")
    expect(heading).to_have_text("Checkout")
    expect(page.get_by_role("complementary")).to_contain_text("2 ×")
    for label, text in {
        "Full name": "Lena Vogt",
        "Street": "Quay 7",
        "Postcode": "20095",
        "City": "Hamburg",
    }.items():
        write(f"^{label}", text)
    write("^Country", "Germany")
    expect(page.get_by_role("button", name="Place order for")).to_be_enabled()
    press("^Place order for")
    expect(heading).to_have_text("Thank you, it’s ordered")
    visit.picture("receipt")
