"""The home page in a browser while the blog is unavailable."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from localcloud.blog.service import Blog
from tests.support.browser import TIMEOUT_MS, Visit
from tests.support.chromium import launch
from tests.support.cloud import Cloud

pytestmark = pytest.mark.everything


@pytest.fixture
def blog_unavailable(cloud: Cloud, blog: Blog) -> Iterator[None]:
    """Suspend WordPress and its database in every region until the test ends."""
    for region in cloud.regions:
        blog.stop_region(region)
    yield
    for region in cloud.regions:
        blog.start_region(region)


@pytest.mark.usefixtures("blog_unavailable")
def test_home_page_works_without_the_blog(cloud: Cloud, tmp_path: Path) -> None:
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        page = chromium.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        visit = Visit(page, tmp_path)
        with page.expect_response("**/wp-json/**") as asked:
            page.goto(cloud.endpoints["storefront"])
            expect(page.get_by_role("heading", name="Cookbooks")).to_be_visible(timeout=TIMEOUT_MS)
            # Posts load when their place scrolls into view, which needs the categories above to be loaded.
            page.get_by_role("contentinfo").scroll_into_view_if_needed()
        assert (asked.value.status, asked.value.json()) == (200, [])
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("article")).not_to_have_count(0)
        expect(page.locator("section.blog")).to_have_count(0)
        chromium.close()
    assert visit.errors == []
