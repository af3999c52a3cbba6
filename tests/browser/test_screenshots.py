"""Pictures of every page, on a phone and a desktop, in three languages: kept in .local/screenshots to be looked at."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import BOOK, FOR_ANYONE, SIZES, OpenShop, settled

pytestmark = pytest.mark.shared

FOLDER = Path(".local/screenshots")
LOCALES = {"en": "en-GB", "de": "de-DE", "zh": "zh-CN"}
TEXT_KEY = re.compile(
    r"\b(account|book|cart|catalog|checkout|common|orders|search|stock)\.[a-z]+(\.[a-z]+)*\b"
)
"""A key of web/src/locales, shown where a text is missing."""


@pytest.mark.full_size
def test_every_page_in_every_language(visitor: OpenShop) -> None:
    shopper = visitor()
    shopper.put_into_cart(BOOK)
    shopper.open("/sign-in?next=/checkout")
    shopper.sign_up()
    expect(shopper.page.get_by_role("heading", level=1)).to_have_text("Checkout")
    receipt = f"/orders/{shopper.place_order()}"
    shopper.put_into_cart(BOOK, quantity=2)
    state = shopper.page.context.storage_state()
    private = {
        "account": "/account",
        "cart": "/cart",
        "checkout": "/checkout",
        "orders": "/orders",
        "receipt": receipt,
    }
    for language, locale in LOCALES.items():
        for size in SIZES:
            guest = visitor(size, locale)
            guest.expect_console_error("404")  # of unknown pages
            member = visitor(size, locale, storage_state=state)
            member.page.add_init_script(f"localStorage.setItem('bookstore.language', '{language}')")
            for pages, visit in ((FOR_ANYONE, guest), (private, member)):
                for name, path in pages.items():
                    visit.open(path)
                    _keep(visit.page, FOLDER / f"{language}-{size}" / f"{name}.png")


def _keep(page: Page, path: Path) -> None:
    settled(page)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"
    assert not TEXT_KEY.search(page.inner_text("body")), f"{path} lacks a text"
