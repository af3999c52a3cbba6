"""The running local cloud, as LOCAL_DIR and PORT_BASE name it."""

import json
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from localcloud.environment import export, local_environment
from localcloud.layout import Layout
from ops.deployment import Deployment
from ops.drill.accounts import Account, open_account
from stacks.settings import Settings
from tests.support.api import Api
from tests.support.cloud import ALONE, Cloud
from tests.support.single_region import SingleRegion
from tests.support.size import FULL_SIZE

MORE_ACCOUNTS = 16
"""Accounts opened beyond one per test, since some tests take several."""
DONE_IN_THE_PRIMARY = {
    "attacker": "signs in, and the user pool is",
    "bad_tokens": "signs in, and the user pool is",
}
"""By fixture: work that is possible only while the primary region is reachable."""


@pytest.fixture(scope="session")
def cloud(request: pytest.FixtureRequest) -> Iterator[Cloud]:
    layout = Layout.from_environment()
    if not layout.endpoints.exists():
        pytest.exit(f"no local cloud runs ({layout.endpoints} is missing): run `make up`, or `make test`", 1)
    path = Path(os.environ.get("SETTINGS", "settings/local.toml"))
    export(local_environment(layout, path, Settings.load(path).regions))
    found = Cloud(layout, json.loads(layout.endpoints.read_text()), Deployment.load(Settings.load(path)))
    if ALONE is None:
        yield found
        return
    shopping = [item for item in request.session.items if {"account", "new_account"} & {*fixtures_of(item)}]
    found.opened_before.extend(
        open_account(found.deployment, f"test-{uuid.uuid4()}@example.com")
        for _ in range(len(shopping) + MORE_ACCOUNTS)
    )
    with SingleRegion(layout, ALONE, [region for region in found.deployment.regions if region != ALONE]):
        yield found


@pytest.fixture(scope="session")
def apis(cloud: Cloud) -> Iterator[dict[str, Api]]:
    """API clients by region, not signed in."""
    with ExitStack() as stack:
        found = {}
        for region in cloud.regions:
            found[region] = Api(cloud.endpoints["regions"][region]["api"], region)
            stack.callback(found[region].close)
        yield found


@pytest.fixture(scope="session")
def home(apis: dict[str, Api]) -> Api:
    """API client of the primary region."""
    return next(iter(apis.values()))


@pytest.fixture(scope="session")
def new_account(cloud: Cloud) -> Callable[[], Account]:
    """Return a function that opens an account; accounts are opened before if only one region is reachable."""
    if ALONE:
        return cloud.opened_before.pop
    return lambda: open_account(cloud.deployment, f"test-{uuid.uuid4()}@example.com")


@pytest.fixture
def account(new_account: Callable[[], Account]) -> Account:
    return new_account()


@pytest.fixture
def mine(apis: dict[str, Api], account: Account) -> Iterator[dict[str, Api]]:
    """API clients by region, signed in as one new shopper."""
    signed_in = {region: api.signed_in(account.shopper) for region, api in apis.items()}
    yield signed_in
    for api in signed_in.values():
        api.close()


@pytest.fixture(scope="session")
def books(home: Api) -> list[dict[str, Any]]:
    """At least 30 books of the catalog with enough copies for all tests."""
    listed: list[dict[str, Any]] = home.get("/books", category="Database", limit=100)["items"]
    found = [book for book in listed if book["stock"] is None or book["stock"]["here"] > 100]
    assert len(found) >= 30
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes `region` in each region, or with the marker `one_region` at the short size in the first."""
    if "region" in metafunc.fixturenames:
        path = Path(os.environ.get("SETTINGS", "settings/local.toml"))
        regions = (ALONE,) if ALONE else Settings.load(path).regions
        is_one = not FULL_SIZE and metafunc.definition.get_closest_marker("one_region")
        metafunc.parametrize("region", regions[:1] if is_one else regions)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests that one region cannot pass while it is alone."""
    if ALONE is None:
        return
    primary = Settings.load(Path(os.environ.get("SETTINGS", "settings/local.toml"))).primary
    for item in items:
        for fixture, work in DONE_IN_THE_PRIMARY.items() if primary != ALONE else ():
            if fixture in fixtures_of(item):
                item.add_marker(pytest.mark.skip(reason=f"{work} in {primary}, which is unavailable"))
        if "loaded" in fixtures_of(item):
            item.add_marker(pytest.mark.skip(reason="a catalog is loaded once every region has it"))


def fixtures_of(item: pytest.Item) -> tuple[str, ...]:
    """Names of the fixtures of a test, including those that fixtures use."""
    return tuple(getattr(item, "fixturenames", ()))
