"""The control room: shoppers, a broken region, failover, recovery."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from ops.deployment import Deployment
from tests.support import axe
from tests.support.browser import Visit

DETECTED_MS = 60_000
"""Two failed checks ten seconds apart, with room for a busy machine."""


@pytest.fixture
def room(browser: Browser, endpoints: dict[str, Any], results: Path) -> Iterator[Visit]:
    """The control room's page. Faults and shoppers of the test are removed afterwards."""
    address = endpoints["control_room"]
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=address)
    visit = Visit(context.new_page(), results)
    visit.open("/")
    yield visit
    for region in endpoints["regions"]:
        httpx.post(f"{address}/_room/heal/{region}")
    httpx.post(f"{address}/_room/shoppers/go")
    context.close()
    assert visit.errors == []


def headline(page: Page) -> Any:
    return page.get_by_role("heading", level=1)


def test_control_room_shows_a_region_break_and_heal(room: Visit, deployment: Deployment) -> None:
    page = room.page
    expect(headline(page)).to_have_text("All regions are healthy", timeout=DETECTED_MS)
    expect(page.locator(".route")).to_have_count(10)
    assert axe.check(page) == []
    room.picture("healthy")

    page.get_by_role("button", name="Send shoppers in").click()
    confirmed = page.locator("#confirmed")
    expect(confirmed).to_have_text(re.compile(r"^[1-9]"), timeout=DETECTED_MS)

    primary = page.locator(f"[data-region={deployment.settings.primary}]")
    primary.get_by_role("button", name="Break the API").click()
    expect(headline(page)).to_contain_text("has not noticed")
    room.picture("broken")
    expect(headline(page)).to_contain_text(re.compile("serves? everyone"), timeout=DETECTED_MS)
    expect(primary).to_contain_text("unhealthy: HTTP 403")
    room.picture("switched")

    before = int(confirmed.inner_text())
    expect(confirmed).not_to_have_text(str(before))
    primary.get_by_role("button", name="Heal").click()
    expect(headline(page)).to_have_text("All regions are healthy", timeout=DETECTED_MS)

    page.get_by_role("button", name="Send shoppers home").click()
    expect(page.get_by_role("button", name="Send shoppers in")).to_be_visible(timeout=DETECTED_MS)
    expect(page.locator("#missing")).to_have_text("0")
    assert int(page.locator("#everywhere").inner_text()) >= before
    room.picture("healed")


def test_control_room_evacuates_a_region(room: Visit, deployment: Deployment) -> None:
    page = room.page
    primary = page.locator(f"[data-region={deployment.settings.primary}]")
    primary.get_by_role("button", name="Evacuate").click()
    expect(headline(page)).to_contain_text("is evacuated")
    expect(primary).to_contain_text("evacuated")
    room.picture("evacuated")
    expect(page.locator("#events")).to_contain_text(f"make evacuate REGION={deployment.settings.primary}")
    primary.get_by_role("button", name="Restore").click()
    expect(headline(page)).to_have_text("All regions are healthy", timeout=DETECTED_MS)


def test_paused_regions_catch_up(room: Visit, deployment: Deployment) -> None:
    page = room.page
    confirmed = page.locator("#confirmed")
    page.get_by_role("button", name="Send shoppers in").click()
    expect(confirmed).to_have_text(re.compile(r"^[1-9]"), timeout=DETECTED_MS)

    primary = page.locator(f"[data-region={deployment.settings.primary}]")
    primary.get_by_role("button", name="Pause replication").click()
    expect(headline(page)).to_contain_text("no longer hears of the others")
    expect(primary).to_contain_text("replication paused")
    expect(primary.locator(".replication")).to_have_text(
        re.compile("wait to come here: [1-9]"), timeout=DETECTED_MS
    )
    expect(page.locator("#missing")).to_have_text(re.compile("^[1-9]"), timeout=DETECTED_MS)
    assert axe.check(page) == []
    room.picture("paused")

    primary.get_by_role("button", name="Heal").click()
    expect(headline(page)).to_have_text("All regions are healthy", timeout=DETECTED_MS)
    page.get_by_role("button", name="Send shoppers home").click()
    expect(page.get_by_role("button", name="Send shoppers in")).to_be_visible(timeout=DETECTED_MS)
    expect(page.locator("#missing")).to_have_text("0")
    assert int(page.locator("#everywhere").inner_text()) == int(confirmed.inner_text())
