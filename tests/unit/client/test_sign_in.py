"""Renewal of tokens. The user pool is a stub, or a server on this machine that never answers."""

import asyncio
import importlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import httpx
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from client import Bookstore, Endpoints, Failover, RefusedError, Shopper, UnreachableError
from tests.support.waiting import TIMEOUT_SECONDS

# `client.sign_in` is the function.
MODULE = importlib.import_module("client.sign_in")
REGION = "eu-west-1"
HOUR = 3600.0


def result(number: int) -> dict[str, Any]:
    return {"IdToken": f"id-{number}", "AccessToken": f"access-{number}", "ExpiresIn": int(HOUR)}


class Clock:
    """The time of day. `sleep` lets the machine sleep: the monotonic clock stands still."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Pool:
    """A client of Cognito that answers what `answer` does."""

    def __init__(self) -> None:
        self.answer: Callable[[], dict[str, Any]] = lambda: {"AuthenticationResult": result(2)}
        self.calls = 0
        self.threads: set[int] = set()
        self.meta = boto3.client(
            "cognito-idp", region_name=REGION, config=Config(signature_version=UNSIGNED)
        ).meta

    def initiate_auth(self, **_parameters: Any) -> dict[str, Any]:
        self.calls += 1
        self.threads.add(threading.get_ident())
        return self.answer()


def no_connection() -> dict[str, Any]:
    raise EndpointConnectionError(endpoint_url="https://cognito-idp.eu-west-1.amazonaws.com")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(MODULE, "time", SimpleNamespace(time=lambda: made.now, monotonic=lambda: 0.0))
    return made


@pytest.fixture
def pool() -> Pool:
    return Pool()


@pytest.fixture
def shopper(clock: Clock, pool: Pool) -> Shopper:
    return Shopper(pool, "client", {**result(1), "RefreshToken": "refresh"})


def test_token_is_renewed_a_minute_before_its_end(clock: Clock, pool: Pool, shopper: Shopper) -> None:
    clock.sleep(HOUR - 61)
    assert (shopper.token(), pool.calls) == ("id-1", 0)
    clock.sleep(2)
    assert (shopper.token(), shopper.access_token) == ("id-2", "access-2")
    assert (shopper.token(), pool.calls) == ("id-2", 1)


def test_token_is_renewed_after_machine_slept(clock: Clock, shopper: Shopper) -> None:
    clock.sleep(8 * HOUR)
    assert shopper.token() == "id-2"


def test_failed_renewal_returns_token_that_is_valid(clock: Clock, pool: Pool, shopper: Shopper) -> None:
    pool.answer = no_connection
    clock.sleep(HOUR - 30)
    assert shopper.token() == "id-1"


def test_failed_renewal_is_repeated_after_seconds(clock: Clock, pool: Pool, shopper: Shopper) -> None:
    pool.answer = no_connection
    clock.sleep(HOUR - 30)
    for _ in range(3):
        shopper.token()
    assert pool.calls == 1
    clock.sleep(6)
    pool.answer = lambda: {"AuthenticationResult": result(2)}
    assert shopper.token() == "id-2"


def test_expired_token_without_user_pool_is_unreachable(clock: Clock, pool: Pool, shopper: Shopper) -> None:
    pool.answer = no_connection
    clock.sleep(HOUR - 1)
    assert shopper.token() == "id-1"
    clock.sleep(1)
    with pytest.raises(UnreachableError) as caught:
        shopper.token()
    (attempt,) = caught.value.attempts
    assert attempt.outcome == "EndpointConnectionError"
    assert not caught.value.may_have_arrived
    assert isinstance(caught.value.__cause__, EndpointConnectionError)


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("NotAuthorizedException", 400, RefusedError),
        ("TooManyRequestsException", 400, UnreachableError),
        ("InternalErrorException", 500, UnreachableError),
    ],
)
def test_error_of_user_pool_is_error_of_client(
    clock: Clock, code: str, status: int, expected: type[Exception]
) -> None:
    cognito = boto3.client("cognito-idp", region_name=REGION)
    shopper = Shopper(cognito, "client", {**result(1), "RefreshToken": "refresh"})
    clock.sleep(HOUR)
    with Stubber(cognito) as stub:
        stub.add_client_error("initiate_auth", code, http_status_code=status)
        with pytest.raises(expected) as caught:
            shopper.token()
    if isinstance(caught.value, RefusedError):
        assert (caught.value.status, caught.value.slug, caught.value.region) == (401, "unauthorized", REGION)


def test_threads_renew_expired_token_once(clock: Clock, pool: Pool, shopper: Shopper) -> None:
    def answer() -> dict[str, Any]:
        time.sleep(0.2)
        return {"AuthenticationResult": result(2)}

    pool.answer = answer
    clock.sleep(HOUR)
    assert in_threads(8, shopper.token) == ["id-2"] * 8
    assert pool.calls == 1


def test_threads_share_failure_of_renewal(clock: Clock, pool: Pool, shopper: Shopper) -> None:
    def answer() -> dict[str, Any]:
        time.sleep(0.2)
        return no_connection()

    def outcome() -> str:
        try:
            return shopper.token()
        except UnreachableError:
            return "unreachable"

    pool.answer = answer
    clock.sleep(HOUR)
    assert in_threads(8, outcome) == ["unreachable"] * 8
    assert pool.calls == 1


def test_valid_token_does_not_wait_for_renewal(clock: Clock, pool: Pool, shopper: Shopper) -> None:
    began, goes_on = threading.Event(), threading.Event()

    def answer() -> dict[str, Any]:
        began.set()
        assert goes_on.wait(TIMEOUT_SECONDS)
        return {"AuthenticationResult": result(2)}

    pool.answer = answer
    clock.sleep(HOUR - 30)
    renewing = threading.Thread(target=shopper.token)
    renewing.start()
    assert began.wait(TIMEOUT_SECONDS)
    assert shopper.token() == "id-1"
    goes_on.set()
    renewing.join()
    assert shopper.token() == "id-2"


def test_renewal_does_not_block_event_loop(clock: Clock, pool: Pool, shopper: Shopper) -> None:
    """A coroutine that runs during the renewal ends it."""
    goes_on = threading.Event()

    def answer() -> dict[str, Any]:
        assert goes_on.wait(TIMEOUT_SECONDS), "the event loop is blocked"
        return {"AuthenticationResult": result(2)}

    async def main() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(serve)) as http:
            store = Bookstore(Failover(http, Endpoints("http://api/v1")), token=shopper.token)
            asking = asyncio.create_task(store.books())
            await asyncio.sleep(0.1)
            goes_on.set()
            await asking

    pool.answer = answer
    clock.sleep(HOUR)
    asyncio.run(main())
    assert pool.threads.isdisjoint({threading.get_ident()})


def test_store_raises_its_own_error_without_token(clock: Clock, pool: Pool, shopper: Shopper) -> None:
    """The addition to the cart was certainly not sent, so its outcome is known."""

    async def main() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(serve)) as http:
            await Bookstore(Failover(http, Endpoints("http://api/v1")), token=shopper.token).add("dune")

    pool.answer = no_connection
    clock.sleep(HOUR)
    with pytest.raises(UnreachableError):
        asyncio.run(main())


def test_renewal_has_short_timeouts(
    clock: Clock, silent_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = MODULE.SHORT_TIMEOUTS
    assert (config.connect_timeout + config.read_timeout) * config.retries["total_max_attempts"] <= 10
    monkeypatch.setattr(MODULE, "SHORT_TIMEOUTS", config.merge(Config(read_timeout=0.2)))
    monkeypatch.setattr(MODULE, "AWSSRP", SignsIn)
    cognito = boto3.client(
        "cognito-idp", region_name=REGION, endpoint_url=silent_server, config=Config(read_timeout=20)
    )
    shopper = MODULE.sign_in(cognito, pool_id="pool", client_id="client", email="ada", password="secret")
    clock.sleep(HOUR)
    began = time.monotonic()
    with pytest.raises(UnreachableError, match="ReadTimeoutError"):
        shopper.token()
    assert time.monotonic() - began < 10


class SignsIn:
    """Signs in without a request."""

    def __init__(self, **_options: Any) -> None: ...

    def authenticate_user(self) -> dict[str, Any]:
        return {"AuthenticationResult": {**result(1), "RefreshToken": "refresh"}}


@pytest.fixture
def silent_server() -> Iterator[str]:
    """Address of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def serve(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"items": [], "nextCursor": None}, headers={"x-region": REGION})


def in_threads(number: int, call: Callable[[], str]) -> list[str]:
    """Call in threads at the same time; returns the results."""
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(call())) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
