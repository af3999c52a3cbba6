"""The control room: layout, shoppers, failures, recovery, evacuation, paused replication and the tour."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from ops.deployment import Deployment
from tests.support import axe
from tests.support.browser import Visit
from tests.support.waiting import wait_until

DETECTED_MS = 60_000
"""Two failed checks ten seconds apart, with room for a busy machine."""
TOUR_MS = 180_000
WIDE: ViewportSize = {"width": 1440, "height": 900}
SMALL: ViewportSize = {"width": 1280, "height": 720}
PHONE: ViewportSize = {"width": 390, "height": 844}
MAX_LAYOUT_SHIFT = 0.1
OBSERVE = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: 'layout-shift', buffered: true });
"""
NOTE_LOST = """
const headline = document.querySelector('h1');
new MutationObserver(() => { window.lost ||= headline.textContent.includes('lost'); })
  .observe(headline, { childList: true, characterData: true, subtree: true });
"""
OpenRoom = Callable[[ViewportSize], Visit]


@pytest.fixture
def open_room(browser: Browser, endpoints: dict[str, Any], results: Path) -> Iterator[OpenRoom]:
    """Opens the control room. Faults, shoppers and the tour of the test are removed afterwards."""
    address = endpoints["control_room"]
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def opened(size: ViewportSize) -> Visit:
        contexts.append(browser.new_context(viewport=size, base_url=address, reduced_motion="reduce"))
        page = contexts[-1].new_page()
        page.add_init_script(OBSERVE)
        visits.append(Visit(page, results))
        page.goto("/")
        expect(page.locator("#regions article")).to_have_count(len(endpoints["regions"]))
        return visits[-1]

    yield opened
    httpx.post(f"{address}/_room/tour/stop")
    for region in endpoints["regions"]:
        httpx.post(f"{address}/_room/heal/{region}")
    httpx.post(f"{address}/_room/shoppers/go")
    for context in contexts:
        context.close()
    assert [error for visit in visits for error in visit.errors] == []


@pytest.fixture
def room(open_room: OpenRoom) -> Visit:
    return open_room(SMALL)


@pytest.fixture
def primary(room: Visit, deployment: Deployment) -> Locator:
    """Card of the primary region."""
    return room.page.locator(f"#regions [data-region={deployment.settings.primary}]")


def headline(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def number(page: Page, figure: str) -> int:
    """A figure of the totals, by its id."""
    return int(page.locator(f"#{figure}").inner_text())


def send_shoppers(page: Page) -> None:
    before = number(page, "confirmed")
    page.get_by_role("button", name="Send shoppers in").click()
    wait_until(lambda: number(page, "confirmed") > before, DETECTED_MS / 1000, "no order")


def recall_shoppers(page: Page) -> None:
    page.get_by_role("button", name="Send shoppers home").click()
    expect(page.get_by_role("button", name="Send shoppers in")).to_be_enabled(timeout=DETECTED_MS)


def assert_totals_agree(page: Page) -> None:
    """Check that the regions' cards and the totals count the same orders."""
    cards = page.locator("#regions article")
    confirmed = number(page, "confirmed")
    assert sum(map(int, cards.locator(".here").all_inner_texts())) == confirmed
    for card in cards.all():
        held = int(card.locator(".here").inner_text()) + int(card.locator(".replicated").inner_text())
        assert held == confirmed


def bottom(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


@pytest.mark.parametrize("size", [WIDE, SMALL])
def test_story_and_buttons_share_one_screen(open_room: OpenRoom, size: ViewportSize) -> None:
    page = open_room(size).page
    parts = [
        headline(page),
        page.locator("#map"),
        page.locator(".clock"),
        *page.locator("#regions button").all(),
    ]
    assert max(map(bottom, parts)) <= size["height"]
    assert page.evaluate("window.shift") < MAX_LAYOUT_SHIFT
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_phone_keeps_headline_and_clock(open_room: OpenRoom) -> None:
    visit = open_room(PHONE)
    page = visit.page
    page.locator("#regions button").last.scroll_into_view_if_needed()
    for part in (headline(page), page.locator("#elapsed")):
        box = part.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < PHONE["height"] / 3
    visit.picture("phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.full_size
def test_region_breaks_and_heals(room: Visit, primary: Locator) -> None:
    page = room.page
    expect(headline(page)).to_have_text("All regions are healthy", timeout=DETECTED_MS)
    expect(page.locator(".route")).to_have_count(10)
    assert axe.check(page) == []
    room.picture("healthy")
    send_shoppers(page)

    primary.get_by_role("button", name="Break the API").click()
    expect(headline(page)).to_contain_text("has not noticed")
    expect(page.locator("#marks")).to_contain_text("clients failed over", timeout=DETECTED_MS)
    room.picture("broken")
    expect(headline(page)).to_contain_text(re.compile("serves? everyone"), timeout=DETECTED_MS)
    expect(primary).to_contain_text("unhealthy: HTTP 403")
    expect(page.locator("#explanation")).to_contain_text("Signing in waits")
    expect(page.locator("#marks")).to_contain_text("DNS removed the region")
    assert axe.check(page) == []
    room.picture("lost")

    before = number(page, "confirmed")
    wait_until(lambda: number(page, "confirmed") > before, DETECTED_MS / 1000, "no order")
    primary.get_by_role("button", name="Heal").click()
    expect(primary).to_contain_text(re.compile("healing: [01] of 2 health checks passed"))
    expect(headline(page)).to_have_text("All regions are healthy", timeout=DETECTED_MS)
    recall_shoppers(page)
    expect(page.locator("#marks")).to_contain_text("replication caught up", timeout=DETECTED_MS)
    expect(page.locator("#journal")).to_contain_text(
        "Compared with every region's tables", timeout=DETECTED_MS
    )
    assert number(page, "everywhere") == number(page, "confirmed")
    assert number(page, "lost") == number(page, "doubled") == number(page, "missing") == 0
    room.picture("healed")


@pytest.mark.full_size
def test_totals_agree_with_regions(room: Visit) -> None:
    page = room.page
    send_shoppers(page)
    recall_shoppers(page)
    expect(page.locator("#missing")).to_have_text("0", timeout=DETECTED_MS)
    assert_totals_agree(page)


@pytest.mark.full_size
def test_evacuation_runs_the_operators_command(room: Visit, primary: Locator, deployment: Deployment) -> None:
    page = room.page
    page.evaluate(NOTE_LOST)
    primary.get_by_role("button", name="Evacuate").click()
    expect(headline(page)).to_contain_text("is evacuated", timeout=DETECTED_MS)
    expect(page.locator("#journal")).to_contain_text(
        f"make evacuate REGION={deployment.settings.primary}", timeout=DETECTED_MS
    )
    room.picture("evacuated")
    primary.get_by_role("button", name="Restore").click()
    expect(headline(page)).to_have_text("All regions are healthy", timeout=DETECTED_MS)
    assert not page.evaluate("window.lost === true")


@pytest.mark.full_size
def test_paused_regions_catch_up(room: Visit, primary: Locator) -> None:
    page = room.page
    send_shoppers(page)
    primary.get_by_role("button", name="Pause replication").click()
    expect(headline(page)).to_contain_text("does not replicate, and sells on")
    expect(primary).to_contain_text("replication paused")
    wait_until(lambda: number(page, "missing") > 3, DETECTED_MS / 1000, "no order waits")
    assert axe.check(page) == []
    room.picture("paused")

    primary.get_by_role("button", name="Heal").click()
    expect(headline(page)).to_have_text("All regions are healthy", timeout=DETECTED_MS)
    recall_shoppers(page)
    expect(page.locator("#missing")).to_have_text("0", timeout=DETECTED_MS)
    assert number(page, "everywhere") == number(page, "confirmed")


def test_tour_explains_a_lost_region(open_room: OpenRoom) -> None:
    wide, phone = open_room(WIDE), open_room(PHONE)
    expect(headline(wide.page)).to_have_text("All regions are healthy", timeout=DETECTED_MS)
    wide.page.get_by_role("button", name="Show me in 60 seconds").click()
    events = (
        "Six shoppers",
        "confirmed",
        "is cut off",
        "succeeded in",
        "removed",
        "wait to be",
        "is healed",
        "serves",
        "The sums",
    )
    for count, event in enumerate(events):
        for visit, size in ((wide, "wide"), (phone, "phone")):
            sentence = visit.page.locator("#sentences li").nth(count)
            expect(sentence).to_contain_text(event, timeout=TOUR_MS)
            visit.picture(f"{event.replace(' ', '-')}-{size}")
    for visit, size in ((wide, "wide"), (phone, "phone")):
        sums = visit.page.locator("#sentences li").last
        expect(sums).to_contain_text(
            f"{number(visit.page, 'confirmed')} orders confirmed, 0 lost, 0 doubled, 0 books oversold"
        )
        assert_totals_agree(visit.page)
        expect(visit.page.locator("#oversold")).to_have_text("0")
        expect(visit.page.locator("#copies")).to_contain_text(
            re.compile(r"Copies left of .+: \w+ \d+, \w+ \d+")
        )
        expect(visit.page.locator("#tour-stop")).to_be_hidden(timeout=DETECTED_MS)
        expect(headline(visit.page)).to_have_text("All regions are healthy", timeout=DETECTED_MS)
        visit.picture(f"end-{size}")


@pytest.mark.full_size
def test_stopped_tour_restores_everything(room: Visit, primary: Locator) -> None:
    page = room.page
    expect(headline(page)).to_have_text("All regions are healthy", timeout=DETECTED_MS)
    page.get_by_role("button", name="Show me in 60 seconds").click()
    expect(page.locator("#sentences")).to_contain_text("is cut off", timeout=DETECTED_MS)
    page.get_by_role("button", name="Stop and restore").click()
    expect(page.locator("#waiting")).to_have_text(
        "The tour was stopped. Everything is restored.", timeout=DETECTED_MS
    )
    expect(primary.get_by_role("button", name="Heal")).to_be_disabled(timeout=DETECTED_MS)
    expect(page.get_by_role("button", name="Send shoppers in")).to_be_enabled(timeout=DETECTED_MS)
    expect(headline(page)).to_have_text("All regions are healthy", timeout=DETECTED_MS)


@pytest.mark.full_size
def test_contest_sells_the_last_copies_once(room: Visit) -> None:
    page = room.page
    expect(headline(page)).to_have_text("All regions are healthy", timeout=DETECTED_MS)
    page.get_by_role("button", name="Sell the last 100 copies").click()
    expect(page.get_by_role("button", name="The contest is running")).to_be_disabled()
    journal = page.locator("#journal")
    expect(journal).to_contain_text("400 shoppers order one copy each", timeout=DETECTED_MS)
    expect(journal).to_contain_text(re.compile(r"Contest: \d+ sold"), timeout=TOUR_MS)
    room.picture("contest")
    assert axe.check(page) == []
    expect(journal).to_contain_text("100 sold, 300 refused, 0 oversold", timeout=TOUR_MS)
    expect(page.locator("#copies")).to_contain_text(": Ireland 0, Singapore 0", timeout=DETECTED_MS)
    expect(page.get_by_role("button", name="Sell the last 100 copies")).to_be_enabled(timeout=DETECTED_MS)
    room.picture("contest-over")
