"""Chromium with the storefront of the local cloud that LOCAL_DIR and PORT_BASE select."""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from localcloud.environment import export, local_environment
from localcloud.layout import Layout
from ops.deployment import Deployment
from ops.drill.failures import FunctionsFailing
from stacks.settings import Settings
from tests.support.browser import SIZES, TIMEOUT_MS, Visit, has_metadata
from tests.support.chromium import launch
from tests.support.waiting import TIMEOUT_SECONDS, wait_until


@pytest.fixture(scope="session")
def layout() -> Layout:
    found = Layout.from_environment()
    if not found.endpoints.exists():
        pytest.exit(f"no local cloud is up ({found.endpoints} is missing): run `make up`, or `make test`", 1)
    return found


@pytest.fixture(scope="session")
def endpoints(layout: Layout) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(layout.endpoints.read_text())
    return found


@pytest.fixture(scope="session")
def deployment(layout: Layout) -> Deployment:
    path = Path(os.environ.get("SETTINGS", "settings/local.toml"))
    settings = Settings.load(path)
    export(local_environment(layout, path, settings.regions))
    return Deployment.load(settings)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def results(request: pytest.FixtureRequest) -> Path:
    folder = Path("test-results") / "browser" / re.sub(r"\W+", "-", request.node.name).strip("-")
    folder.mkdir(parents=True, exist_ok=True)
    for picture in folder.glob("*.jpeg"):
        picture.unlink()  # of an earlier run
    return folder


@pytest.fixture
def visitor(browser: Browser, endpoints: dict[str, Any], results: Path) -> Iterator[Callable[..., Visit]]:
    """Opens the storefront in a new browser profile. An error in the browser's console fails the test."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def open_shop(size: str = "desktop", locale: str = "en-GB", **options: Any) -> Visit:
        context = browser.new_context(
            viewport=SIZES[size],
            locale=locale,
            base_url=endpoints["storefront"],
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(TIMEOUT_MS)
        contexts.append(context)
        visits.append(Visit(context.new_page(), results))
        return visits[-1]

    yield open_shop
    errors = [error for visit in visits for error in visit.errors]
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def pages_function_stopped(deployment: Deployment, endpoints: dict[str, Any]) -> Iterator[None]:
    """The pages function of each region fails during the test."""
    failure = FunctionsFailing(deployment, ("pages",))
    for region in deployment.regions:
        failure.break_(region)
    yield
    for region in deployment.regions:
        failure.heal(region)
    wait_until(
        lambda: has_metadata(endpoints["storefront"]),
        TIMEOUT_SECONDS,
        "the pages function does not answer again",
    )
