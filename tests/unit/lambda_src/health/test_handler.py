import threading
import time

import pytest

from health import store
from health.handler import handle
from health.logic import Health
from runtime import aws
from tests.support.api_events import Shopper
from tests.support.lambda_tables import CART, Tables

anyone = Shopper(handle)


@pytest.fixture
def warm(tables: Tables) -> None:
    """Create the client in advance, so that its creation does not use up the deadline on a busy machine."""
    store.client()


def test_region_is_named() -> None:
    assert anyone("GET", "/region").json == {"region": "eu-west-1"}


@pytest.mark.usefixtures("warm")
def test_health_with_all_tables_is_ok() -> None:
    answer = anyone("GET", "/health")
    assert answer.status == 200
    assert answer.json == {
        "status": "ok",
        "region": "eu-west-1",
        "checks": {"books": "ok", "cart": "ok", "orders": "ok"},
    }


@pytest.mark.usefixtures("warm")
def test_health_names_missing_table(tables: Tables) -> None:
    tables.client.delete_table(TableName=CART)
    answer = anyone("GET", "/health")
    assert (answer.status, answer.json["status"]) == (503, "unavailable")
    assert answer.json["checks"] == {"books": "ok", "cart": "failed", "orders": "ok"}


def test_health_without_dynamodb_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    aws.client.cache_clear()
    try:
        answer = anyone("GET", "/health")
    finally:
        aws.client.cache_clear()
    assert answer.status == 503
    assert "ok" not in answer.json["checks"].values()


def test_hanging_check_is_slow_and_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("health.logic.FRESH_FOR", 0.0)
    release, started = threading.Event(), []

    def hang() -> None:
        started.append(1)
        release.wait()

    health = Health({"hung": hang, "fine": lambda: None}, deadline=0.05)
    try:
        assert [health.results() for _ in range(3)] == [{"hung": "slow", "fine": "ok"}] * 3
        assert len(started) == 1
    finally:
        release.set()


def test_hanging_check_ends_within_two_seconds() -> None:
    release = threading.Event()
    health = Health({"hung": release.wait})
    before = time.monotonic()
    try:
        assert health.results() == {"hung": "slow"}
        assert time.monotonic() - before < 2
    finally:
        release.set()


def test_recent_results_are_reused() -> None:
    asked = []
    health = Health({"table": lambda: asked.append(1)})
    assert health.results() == health.results() == {"table": "ok"}
    assert len(asked) == 1
