import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from client import Bookstore, Endpoints, Failover, OutcomeUnknownError, RefusedError, UnreachableError
from client import failover as failover_module
from client.errors import Attempt

API, ONE, TWO = "http://api/v1", "http://one/v1", "http://two/v1"
HOSTS = {"api": "eu-west-1", "one": "eu-west-1", "two": "ap-southeast-1"}
KEY = "3b241101-e2bb-4255-8caf-4136c566a962"
LINES = [{"bookId": "dune", "quantity": 1}]
BODIES: dict[str, Any] = {
    "GET /v1/books": {"items": [], "nextCursor": None},
    "GET /v1/cart": {"items": [], "total": 0, "currency": "EUR", "checkoutKey": KEY},
    "POST /v1/cart": {"items": [], "total": 0, "currency": "EUR", "checkoutKey": KEY},
    "POST /v1/orders": {
        "orderId": KEY,
        "items": [],
        "total": 1000,
        "currency": "EUR",
        "createdAt": "2026-01-31T08:15:30.123Z",
        "region": "eu-west-1",
        "status": "placed",
        "overlaps": [],
        "cancellableUntil": "2026-01-31T08:45:30.123Z",
    },
}
Answer = Callable[[httpx.Request], httpx.Response]


def serving(region: str) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        status = 201 if request.url.path == "/v1/orders" else 200
        body = BODIES[f"{request.method} {request.url.path}"]
        return httpx.Response(status, json=body, headers={"x-region": region})

    return answer


def refusing(status: int, slug: str, **extensions: Any) -> Answer:
    body = {"type": f"urn:bookstore:problem:{slug}", "title": slug, "status": status, **extensions}
    headers = {"content-type": "application/problem+json", "x-region": "eu-west-1"}
    return lambda _request: httpx.Response(status, content=json.dumps(body), headers=headers)


def raising(error: type[httpx.TransportError]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error("gone", request=request)

    return answer


class Servers:
    """The bookstore's addresses. `answers` decides by host; `requests` has every request."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {host: serving(region) for host, region in HOSTS.items()}
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answers[request.url.host](request)

    @property
    def hosts(self) -> list[str]:
        return [request.url.host for request in self.requests]


@pytest.fixture
def servers() -> Servers:
    return Servers()


def run(servers: Servers, visit: Callable[[Bookstore], Coroutine[Any, Any, Any]], **options: Any) -> Any:
    async def main() -> Any:
        async with httpx.AsyncClient(transport=httpx.MockTransport(servers)) as http:
            endpoints = Endpoints(API, {"eu-west-1": ONE, "ap-southeast-1": TWO})
            return await visit(Bookstore(Failover(http, endpoints, **options)))

    return asyncio.run(main())


GATEWAY_403 = refusing(403, "forbidden")
BROKEN = {
    "connection": raising(httpx.ConnectError),
    "reset": raising(httpx.ReadError),
    "hung up": raising(httpx.RemoteProtocolError),
    "500": refusing(500, "internal-error"),
    "502": lambda _request: httpx.Response(502),
    "503": refusing(503, "unavailable"),
    "504": lambda _request: httpx.Response(504),
    "throttled": refusing(429, "too-many-requests"),
    "mapping deleted": lambda _request: httpx.Response(403, json={"message": "Forbidden"}),
    "forbidden": GATEWAY_403,
}
NOT_PROCESSED = {"connection", "mapping deleted", "forbidden", "throttled"}


def test_endpoint_that_answers_is_kept(servers: Servers) -> None:
    async def visit(store: Bookstore) -> None:
        for _ in range(3):
            await store.books()

    run(servers, visit)
    assert servers.hosts == ["api"] * 3


@pytest.mark.parametrize("broken", BROKEN)
def test_read_moves_to_next_region_and_stays(servers: Servers, broken: str) -> None:
    async def visit(store: Bookstore) -> None:
        await store.books()
        servers.answers["api"] = servers.answers["one"] = BROKEN[broken]
        await store.books()
        await store.books()

    run(servers, visit)
    assert servers.hosts == ["api", "api", "two", "two"]


@pytest.mark.parametrize("broken", BROKEN)
def test_order_moves_on_with_same_key(servers: Servers, broken: str) -> None:
    servers.answers["api"] = BROKEN[broken]
    reply = run(servers, lambda store: store.order(LINES, 1000, key=KEY))
    assert [request.headers["idempotency-key"] for request in servers.requests] == [KEY, KEY]
    assert len({request.content for request in servers.requests}) == 1
    assert (reply.region, len(reply.attempts)) == ("eu-west-1", 2)


@pytest.mark.parametrize("broken", BROKEN)
def test_addition_is_repeated_only_if_not_processed(servers: Servers, broken: str) -> None:
    servers.answers["api"] = BROKEN[broken]
    if broken in NOT_PROCESSED:
        run(servers, lambda store: store.add("dune"))
        assert len(servers.requests) == 2
    else:
        with pytest.raises(OutcomeUnknownError) as raised:
            run(servers, lambda store: store.add("dune"))
        assert len(servers.requests) == 1
        assert isinstance(raised.value.attempts[0], Attempt)


@pytest.mark.parametrize(
    ("status", "slug"),
    [(400, "bad-request"), (401, "unauthorized"), (404, "not-found"), (429, "too-many-orders")],
)
def test_refusal_of_the_request_is_final(servers: Servers, status: int, slug: str) -> None:
    servers.answers["api"] = refusing(status, slug)
    with pytest.raises(RefusedError) as raised:
        run(servers, lambda store: store.books())
    assert (servers.hosts, raised.value.slug, raised.value.region) == (["api"], slug, "eu-west-1")


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("", None), ("Thu, 01 Jan 2026 00:00:00 GMT", None)]
)
def test_refusal_carries_retry_after(servers: Servers, header: str, seconds: int | None) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        refusal = refusing(429, "too-many-orders")(request)
        refusal.headers["retry-after"] = header
        return refusal

    servers.answers["api"] = refuse
    with pytest.raises(RefusedError) as raised:
        run(servers, lambda store: store.books())
    assert raised.value.retry_after == seconds


def test_order_follows_stock_elsewhere(servers: Servers) -> None:
    servers.answers["api"] = refusing(409, "stock-elsewhere", regions=["unknown", "ap-southeast-1"])
    reply = run(servers, lambda store: store.order(LINES, 1000, key=KEY))
    assert servers.hosts == ["api", "two"]
    assert [request.headers["idempotency-key"] for request in servers.requests] == [KEY, KEY]
    assert (reply.region, len(reply.attempts)) == ("ap-southeast-1", 2)


def test_order_reports_last_refusal_elsewhere(servers: Servers) -> None:
    servers.answers["api"] = refusing(409, "stock-elsewhere", regions=["ap-southeast-1"])
    servers.answers["two"] = refusing(409, "out-of-stock", items=[])
    with pytest.raises(RefusedError) as raised:
        run(servers, lambda store: store.order(LINES, 1000, key=KEY))
    assert (raised.value.slug, len(raised.value.attempts)) == ("out-of-stock", 2)


@pytest.mark.parametrize(("broken", "open_outcome"), [(name, name not in NOT_PROCESSED) for name in BROKEN])
def test_refusal_after_failed_attempt_tells_whether_order_may_exist(
    servers: Servers, broken: str, open_outcome: bool
) -> None:
    servers.answers["api"] = BROKEN[broken]
    servers.answers["one"] = refusing(409, "out-of-stock", items=[])
    with pytest.raises(RefusedError) as raised:
        run(servers, lambda store: store.order(LINES, 1000, key=KEY))
    assert (raised.value.slug, raised.value.may_have_arrived) == ("out-of-stock", open_outcome)


def test_lost_answer_of_region_with_copies_leaves_outcome_open(servers: Servers) -> None:
    servers.answers["api"] = refusing(409, "stock-elsewhere", regions=["ap-southeast-1", "eu-west-1"])
    servers.answers["two"] = raising(httpx.ReadError)
    servers.answers["one"] = refusing(409, "stock-elsewhere", regions=["ap-southeast-1"])
    with pytest.raises(RefusedError) as raised:
        run(servers, lambda store: store.order(LINES, 1000, key=KEY))
    assert servers.hosts == ["api", "two", "one"]
    assert raised.value.may_have_arrived


@pytest.mark.parametrize("slug", ["price-changed", "out-of-stock", "stock-elsewhere"])
def test_refusal_by_all_asked_regions_is_certain(servers: Servers, slug: str) -> None:
    servers.answers["api"] = refusing(409, slug, regions=["ap-southeast-1"])
    servers.answers["two"] = refusing(409, slug, regions=["eu-west-1"])
    with pytest.raises(RefusedError) as raised:
        run(servers, lambda store: store.order(LINES, 1000, key=KEY))
    assert not raised.value.may_have_arrived


def test_hanging_region_is_left_in_time(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failover_module, "TIMEOUT", 0.5)

    class Hanging(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.host == "api":
                await asyncio.Event().wait()
            return servers(request)

    async def main() -> None:
        async with httpx.AsyncClient(transport=Hanging()) as http:
            endpoints = Endpoints(API, {"eu-west-1": ONE, "ap-southeast-1": TWO})
            reply = await Bookstore(Failover(http, endpoints)).books()
            assert [attempt.outcome for attempt in reply.attempts] == ["TimeoutError", "200"]

    asyncio.run(main())


@pytest.mark.parametrize(("after", "last"), [(0.0, "api"), (3600.0, "one")])
def test_client_returns_to_api_after_a_while(servers: Servers, after: float, last: str) -> None:
    async def visit(store: Bookstore) -> None:
        servers.answers["api"] = refusing(503, "unavailable")
        await store.books()
        servers.answers["api"] = serving("eu-west-1")
        await store.books()

    run(servers, visit, go_back_after=after)
    assert servers.hosts == ["api", "one", last]


def test_all_endpoints_refusing_raises_last_refusal(servers: Servers) -> None:
    for host in HOSTS:
        servers.answers[host] = refusing(503, "unavailable")
    with pytest.raises(RefusedError) as raised:
        run(servers, lambda store: store.books())
    assert (raised.value.status, len(raised.value.attempts)) == (503, 3)
    assert sorted(servers.hosts) == ["api", "one", "two"]


def test_unreachable_error_lists_every_address(servers: Servers) -> None:
    for host in HOSTS:
        servers.answers[host] = raising(httpx.ConnectError)
    with pytest.raises(UnreachableError, match=r"api.*one.*two"):
        run(servers, lambda store: store.books())


def test_token_is_requested_for_each_request(servers: Servers) -> None:
    tokens = iter(["first", "second"])

    async def main() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(servers)) as http:
            store = Bookstore(Failover(http, Endpoints(API)), token=lambda: next(tokens))
            await store.cart()
            await store.cart()

    asyncio.run(main())
    sent = [request.headers["authorization"] for request in servers.requests]
    assert sent == ["Bearer first", "Bearer second"]
