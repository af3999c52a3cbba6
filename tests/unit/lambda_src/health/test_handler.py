import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from health import logic, store
from health.handler import handle
from health.logic import Health, at_most_every
from runtime import aws
from runtime.errors import Unavailable
from search import builder
from shop.search_index import read_pointer
from tests.support.api_events import Shopper
from tests.support.lambda_tables import CART, ORDERS, Tables
from tests.support.waiting import TIMEOUT_SECONDS, wait_until
from tests.unit.lambda_src.conftest import ENVIRONMENT

anyone = Shopper(handle)


@pytest.fixture
def patient(tables: Tables, search_bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the checks more time than a region has, as they take longer on a busy machine."""
    monkeypatch.setattr(logic, "DEADLINE", TIMEOUT_SECONDS)


def search_state() -> str:
    answer = anyone("GET", "/health")
    assert answer.status == 200
    state: str = answer.json["details"]["search"]
    return state


def test_region_is_named() -> None:
    assert anyone("GET", "/region").json == {"region": "eu-west-1"}


@pytest.mark.usefixtures("patient")
def test_health_with_all_tables_is_ok() -> None:
    answer = anyone("GET", "/health")
    assert answer.status == 200
    assert answer.json == {
        "status": "ok",
        "region": "eu-west-1",
        "checks": {"books": "ok", "cart": "ok", "orders": "ok", "writes": "ok"},
        "details": {"search": "missing"},
    }


@pytest.mark.usefixtures("patient")
def test_health_with_search_index_says_ok() -> None:
    builder.build()
    assert search_state() == "ok"


@pytest.mark.usefixtures("patient")
def test_health_with_damaged_index_says_so(search_bucket: Any) -> None:
    builder.build()
    pointer = read_pointer(search_bucket, ENVIRONMENT["SEARCH_BUCKET"])
    assert pointer is not None
    search_bucket.put_object(Bucket=ENVIRONMENT["SEARCH_BUCKET"], Key=pointer.key, Body=b"damaged")
    assert search_state() == "damaged"


@pytest.mark.usefixtures("patient")
def test_health_without_index_file_says_missing(search_bucket: Any) -> None:
    builder.build()
    pointer = read_pointer(search_bucket, ENVIRONMENT["SEARCH_BUCKET"])
    assert pointer is not None
    search_bucket.delete_object(Bucket=ENVIRONMENT["SEARCH_BUCKET"], Key=pointer.key)
    assert search_state() == "missing"


@pytest.mark.usefixtures("patient")
def test_health_without_bucket_stays_200(search_bucket: Any) -> None:
    search_bucket.delete_bucket(Bucket=ENVIRONMENT["SEARCH_BUCKET"])
    assert search_state() == "failed"


@pytest.mark.usefixtures("patient")
def test_health_without_fts5_says_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.search_index.has_full_text_search", lambda: False)
    assert search_state() == "unsupported"


@pytest.mark.usefixtures("patient")
def test_health_without_writes_is_503(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="dynamodb")

    monkeypatch.setattr(store.client(), "update_item", refuse)
    answer = anyone("GET", "/health")
    assert answer.status == 503
    assert answer.json["checks"] == {"books": "ok", "cart": "ok", "orders": "ok", "writes": "failed"}


@pytest.mark.usefixtures("patient")
def test_health_write_changes_nothing(tables: Tables) -> None:
    assert anyone("GET", "/health").status == 200
    assert tables.client.scan(TableName=ORDERS)["Items"] == []


@pytest.mark.usefixtures("patient")
def test_throttled_region_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not unavailable: Route 53 would move its load to the other regions."""

    def throttle(**_: object) -> None:
        error = {"Error": {"Code": "ThrottlingException", "Message": "slow down"}}
        raise ClientError(error, "GetItem")

    monkeypatch.setattr(store.client(), "get_item", throttle)
    answer = anyone("GET", "/health")
    assert (answer.status, answer.json["status"]) == (200, "busy")
    assert answer.json["checks"]["orders"] == "busy"


def test_passed_write_is_reused() -> None:
    answers = iter(["ok"])
    check = at_most_every(60, lambda: next(answers))
    assert [check(), check()] == ["ok", "ok"]


def test_failed_write_is_repeated() -> None:
    sent = []

    def fail() -> str:
        sent.append(1)
        raise Unavailable("no answer")

    check = at_most_every(60, fail)
    for _ in range(2):
        with pytest.raises(Unavailable):
            check()
    assert len(sent) == 2


@pytest.mark.usefixtures("patient")
def test_health_names_missing_table(tables: Tables) -> None:
    tables.client.delete_table(TableName=CART)
    answer = anyone("GET", "/health")
    assert (answer.status, answer.json["status"]) == (503, "unavailable")
    assert answer.json["checks"] == {"books": "ok", "cart": "failed", "orders": "ok", "writes": "ok"}


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
    monkeypatch.setattr(logic, "FRESH_FOR", 0.0)
    monkeypatch.setattr(logic, "DEADLINE", 0.5)
    release, started = threading.Event(), []

    def hang() -> str:
        started.append(1)
        release.wait()
        return "ok"

    health = Health({"hung": hang, "fine": lambda: "ok"})
    try:
        assert [health.results().checks for _ in range(3)] == [{"hung": "slow", "fine": "ok"}] * 3
        assert len(started) == 1
    finally:
        release.set()


def test_hanging_check_leaves_time_for_the_network() -> None:
    """The contract promises the answer within two seconds."""
    assert 2 - logic.DEADLINE >= 0.5


def test_recent_results_are_reused() -> None:
    asked: list[str] = []

    def check() -> str:
        asked.append("table")
        return "ok"

    health = Health({"table": check}, {"detail": lambda: "missing"})
    assert health.results() == health.results() == ({"table": "ok"}, {"detail": "missing"})
    assert asked == ["table"]


def test_slow_detail_appears_when_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logic, "DEADLINE", 0.05)
    release = threading.Event()

    def detail() -> str:
        release.wait()
        return "ok"

    health = Health({}, {"search": detail})
    assert health.results().details == {"search": "slow"}
    release.set()
    wait_until(lambda: health.results().details == {"search": "ok"}, failure="the detail stays slow")
