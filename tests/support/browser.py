"""Steps of a shopper in a browser."""

import re
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx
from playwright.sync_api import ConsoleMessage, Locator, Page, ViewportSize, expect

from tests.support.waiting import TIMEOUT_SECONDS

PASSWORD = "Quiet-Meridian-7!"
CODE = "123456"  # sent by the emulated Cognito


APP = ".site-footer, .closed"
"""An element that the web app has and the first content of a page has not."""
TIMEOUT_MS = 30_000
"""Timeout of a step; the emulators share two cores with the browser."""


SIZES: dict[str, ViewportSize] = {
    "desktop": {"width": 1280, "height": 900},
    "phone": {"width": 390, "height": 844},
}
BOOK = "the-joy-of-cooking"
FOR_ANYONE = {
    "home": "/",
    "category": "/category/Poetry",
    "category-empty": "/category/Nothing",
    "search": "/search?q=cooking",
    "best-sellers": "/bestsellers",
    "book": f"/books/{BOOK}",
    "cart-empty": "/cart",
    "sign-in": "/sign-in",
    "sign-up": "/sign-up",
    "forgotten-password": "/forgot",
    "privacy": "/privacy",
    "imprint": "/imprint",
    "not-found": "/nowhere",
}
"""Paths of the pages that need no account, by name."""


class Visit:
    """One shopper's page, the errors of its console, and a folder for screenshots."""

    def __init__(self, page: Page, results: Path) -> None:
        self.page = page
        self.errors: list[str] = []
        self._results = results
        self._pictures = 0
        self._expected: list[re.Pattern[str]] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))

    def expect_console_error(self, pattern: str) -> None:
        """Ignore console errors that the test provokes."""
        self._expected.append(re.compile(pattern))

    def _on_console(self, message: ConsoleMessage) -> None:
        text = f"{message.text} ({message.location.get('url')})"
        if message.type == "error" and not any(pattern.search(text) for pattern in self._expected):
            self.errors.append(text)

    def picture(self, name: str) -> None:
        self._pictures += 1
        # The extension selects JPEG, which takes half of the browser's time for a PNG.
        self.page.screenshot(path=self._results / f"{self._pictures:02}-{name}.jpeg")

    def open(self, path: str) -> Locator:
        """Go to a page and wait for its heading, as the web app shows it."""
        self.page.goto(path)
        expect(self.page.locator(APP)).to_be_visible()
        heading = self.page.get_by_role("heading", level=1)
        expect(heading).to_be_visible()
        return heading

    def put_into_cart(self, book: str, quantity: int = 1) -> None:
        """Add copies of a book, by id, to the guest's or the account's cart."""
        self.open(f"/books/{book}")
        for _ in range(quantity - 1):
            self.page.get_by_role("button", name="One more").click()
        self.page.get_by_role("button", name="Add to cart").click()
        expect(self.page.get_by_role("link", name="View cart")).to_be_visible()

    def sign_up(self) -> str:
        """Create and confirm an account from the sign-in page. Returns its e-mail address."""
        email = self.ask_for_account()
        self.page.get_by_label("Code from the e-mail").fill(CODE)
        self.page.get_by_role("button", name="Confirm").click()
        return email

    def ask_for_account(self) -> str:
        """Create an account up to the step that asks for the code. Returns its e-mail address."""
        email = f"reader-{uuid.uuid4()}@example.com"
        self.page.get_by_role("link", name="Create an account").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Create an account")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("New password").fill(PASSWORD)
        self.page.get_by_role("button", name="Create an account").click()
        expect(self.page.get_by_label("Code from the e-mail")).to_be_visible()
        return email

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        self.open("/sign-in")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("link", name="Account", exact=True)).to_be_visible()

    def sign_out(self) -> None:
        self.open("/account")
        self.page.get_by_role("button", name="Sign out").click()
        expect(self.page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()

    def fill_address(self, name: str = "Lena Vogt") -> None:
        """Fill the delivery address of the checkout page."""
        values = {"Full name": name, "Street and number": "Quay 7", "Postcode": "20095", "City": "Hamburg"}
        for label, value in values.items():
            self.page.get_by_label(label).fill(value)
        self.page.get_by_label("Country").select_option("DE")

    def place_order(self, name: str = "Lena Vogt") -> str:
        """Place the order from the checkout page. Returns the order's id."""
        self.fill_address(name)
        self.page.get_by_role("button", name=re.compile("^Place order for")).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Thank you, it’s ordered")
        return self.page.url.rsplit("/", 1)[1]


def settled(page: Page) -> None:
    """Scroll through the page until every placeholder has been replaced by content."""
    expect(page.locator(".category-bar a")).not_to_have_count(1)
    skeletons = page.locator(".skeleton")
    page.wait_for_load_state("networkidle")
    while left := skeletons.count():
        page.evaluate("document.querySelector('.skeleton')?.scrollIntoView()")
        expect(skeletons).not_to_have_count(left)
    page.evaluate("scrollTo(0, 0)")


OpenShop = Callable[..., Visit]


def has_metadata(storefront: str) -> bool:
    """Whether a book's page is the pages function's, and not the plain one of a bucket."""
    return 'rel="canonical"' in httpx.get(f"{storefront}/books/{BOOK}", timeout=TIMEOUT_SECONDS).text
