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
    """The client is made, so that a busy machine's slowness is not taken for the tables'."""
    store.client()


def test_region() -> None:
    assert anyone("GET", "/region").json == {"region": "eu-west-1"}


@pytest.mark.usefixtures("warm")
def test_healthy() -> None:
    answer = anyone("GET", "/health")
    assert answer.status == 200
    assert answer.json == {
        "status": "ok",
        "region": "eu-west-1",
        "checks": {"books": "ok", "cart": "ok", "orders": "ok"},
    }


@pytest.mark.usefixtures("warm")
def test_a_missing_table_is_named(tables: Tables) -> None:
    tables.client.delete_table(TableName=CART)
    answer = anyone("GET", "/health")
    assert (answer.status, answer.json["status"]) == (503, "unavailable")
    assert answer.json["checks"] == {"books": "ok", "cart": "failed", "orders": "ok"}


def test_no_dynamodb_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_check_that_hangs_is_slow_and_is_not_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_the_answer_comes_within_two_seconds_whatever_hangs() -> None:
    release = threading.Event()
    health = Health({"hung": release.wait})
    before = time.monotonic()
    try:
        assert health.results() == {"hung": "slow"}
        assert time.monotonic() - before < 2
    finally:
        release.set()


def test_answers_are_kept_while_fresh() -> None:
    asked = []
    health = Health({"table": lambda: asked.append(1)})
    assert health.results() == health.results() == {"table": "ok"}
    assert len(asked) == 1
