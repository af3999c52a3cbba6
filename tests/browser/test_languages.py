import pytest
from playwright.sync_api import expect

from tests.support.browser import OpenShop

pytestmark = pytest.mark.shared

SPOKEN = {
    "de": (
        "Deutsch",
        "Hier brennt immer Licht.",
        "16,50 €",
        "In den Warenkorb",
        "Kochbücher",
    ),
    "zh": ("中文", "永远亮着灯的书店。", "€16.50", "加入购物车", "烹饪"),
}


@pytest.mark.parametrize(("language", "size"), [("de", "desktop"), ("zh", "phone")])
def test_language_switch_translates_pages(visitor: OpenShop, language: str, size: str) -> None:
    name, headline, price, add, category = SPOKEN[language]
    visit = visitor(size)
    page = visit.page
    heading = visit.open("/")
    expect(heading).to_have_text("The bookshop that keeps its lights on.")
    page.get_by_label("Language").select_option(label=name)
    expect(heading).to_have_text(headline)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("article")).not_to_have_count(0)
    visit.picture("home")
    visit.open("/books/the-joy-of-cooking")
    expect(page.get_by_role("button", name=add)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(price)
    expect(page.get_by_role("navigation").get_by_role("link", name=category)).to_have_count(1)
    visit.picture("book")


@pytest.mark.parametrize(("locale", "language"), [("de-AT", "de"), ("zh-CN", "zh"), ("fr-FR", "en")])
def test_language_follows_the_browser(visitor: OpenShop, locale: str, language: str) -> None:
    visit = visitor(locale=locale)
    visit.open("/")
    expect(visit.page.locator("html")).to_have_attribute("lang", language)


def test_language_that_fails_to_load_keeps_the_current_one(visitor: OpenShop) -> None:
    visit = visitor()
    page = visit.page
    heading = visit.open("/")
    visit.expect_console_error("net::ERR_FAILED")
    page.route("**/assets/front-*.js", lambda route: route.abort())
    switch = page.get_by_label("Language")
    switch.select_option(label="Deutsch")
    expect(page.get_by_role("banner").get_by_role("alert")).to_have_text("We can’t reach the shop")
    expect(switch).to_have_value("en")
    expect(heading).to_have_text("The bookshop that keeps its lights on.")
    visit.picture("language-failed")
