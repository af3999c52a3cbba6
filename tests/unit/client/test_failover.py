import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import httpx
import pytest

from client import Endpoints, Failover, OutcomeUnknownError, RefusedError, Shop, UnreachableError, failover

API, ONE, TWO = "http://api/v1", "http://one/v1", "http://two/v1"
Reply = Callable[[httpx.Request], httpx.Response]


class World:
    """The shop's addresses; each host answers as its reply says, and every request is kept."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {host: serving(region) for host, region in HOSTS.items()}
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.replies[request.url.host](request)

    @property
    def hosts(self) -> list[str]:
        return [request.url.host for request in self.requests]


HOSTS = {"api": "eu-west-1", "one": "eu-west-1", "two": "ap-southeast-1"}


def serving(region: str) -> Reply:
    return lambda _request: httpx.Response(200, json={"items": []}, headers={"x-region": region})


def answering(status: int, **response: Any) -> Reply:
    return lambda _request: httpx.Response(status, **response)


def raising(error: type[httpx.TransportError]) -> Reply:
    def reply(request: httpx.Request) -> httpx.Response:
        raise error("gone", request=request)

    return reply


GATEWAY_403 = answering(403, json={"message": "Forbidden"})
SHOPS_403 = answering(
    403,
    json={"type": "urn:bookstore:problem:forbidden", "title": "Forbidden", "status": 403},
    headers={"content-type": "application/problem+json"},
)
BROKEN = {
    "connection": raising(httpx.ConnectError),
    "reset": raising(httpx.ReadError),
    "hung up": raising(httpx.RemoteProtocolError),
    "502": answering(502),
    "503": answering(503),
    "504": answering(504),
    "mapping gone": GATEWAY_403,
}
CERTAINLY_DID_NOTHING = {"connection", "mapping gone"}


@pytest.fixture
def world() -> World:
    return World()


def run(world: World, visit: Callable[[Shop], Coroutine[Any, Any, Any]], **options: Any) -> Any:
    async def main() -> Any:
        async with httpx.AsyncClient(transport=httpx.MockTransport(world)) as http:
            endpoints = Endpoints(API, {"eu-west-1": ONE, "ap-southeast-1": TWO})
            return await visit(Shop(Failover(http, endpoints, **options)))

    return asyncio.run(main())


def test_what_works_is_not_left(world: World) -> None:
    async def visit(shop: Shop) -> None:
        for _ in range(3):
            await shop.books()

    run(world, visit)
    assert world.hosts == ["api"] * 3


@pytest.mark.parametrize("broken", BROKEN)
def test_a_read_goes_to_the_next_region_and_stays_there(world: World, broken: str) -> None:
    async def visit(shop: Shop) -> None:
        await shop.books()
        world.replies["api"] = world.replies["one"] = BROKEN[broken]
        await shop.books()
        await shop.books()

    run(world, visit)
    assert world.hosts == ["api", "api", "two", "two"]


@pytest.mark.parametrize("broken", BROKEN)
def test_an_order_goes_on_under_the_same_key(world: World, broken: str) -> None:
    world.replies["api"] = BROKEN[broken]
    run(world, lambda shop: shop.order([{"bookId": "dune", "quantity": 1}], 1000))
    keys = [request.headers["idempotency-key"] for request in world.requests]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert len({request.content for request in world.requests}) == 1


@pytest.mark.parametrize("broken", BROKEN)
def test_an_addition_is_sent_again_only_when_it_certainly_did_nothing(world: World, broken: str) -> None:
    world.replies["api"] = BROKEN[broken]
    if broken in CERTAINLY_DID_NOTHING:
        run(world, lambda shop: shop.add("dune"))
        assert len(world.requests) == 2
    else:
        with pytest.raises(OutcomeUnknownError):
            run(world, lambda shop: shop.add("dune"))
        assert len(world.requests) == 1


@pytest.mark.parametrize(
    "refusal", [answering(400), answering(401), SHOPS_403, answering(404), answering(429)]
)
def test_the_shops_own_refusals_are_final(world: World, refusal: Reply) -> None:
    world.replies["api"] = refusal
    with pytest.raises(RefusedError):
        run(world, lambda shop: shop.books())
    assert world.hosts == ["api"]


def test_a_region_that_hangs_is_left_in_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failover, "TIMEOUT", 0.05)

    class Hanging(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.host == "api":
                await asyncio.Event().wait()
            return world(request)

    async def main() -> None:
        async with httpx.AsyncClient(transport=Hanging()) as http:
            sender = Failover(http, Endpoints(API, {"eu-west-1": ONE, "ap-southeast-1": TWO}))
            answer = await sender.send("GET", "/books", repeatable=True)
            assert [attempt.outcome for attempt in answer.attempts] == ["TimeoutError", "200"]

    asyncio.run(main())


def test_it_goes_back_after_a_while(world: World) -> None:
    async def visit(shop: Shop) -> None:
        world.replies["api"] = answering(503)
        await shop.books()
        world.replies["api"] = serving("eu-west-1")
        await shop.books()

    run(world, visit, go_back_after=0.0)
    assert world.hosts == ["api", "one", "api"]


def test_it_does_not_go_back_before(world: World) -> None:
    async def visit(shop: Shop) -> None:
        world.replies["api"] = answering(503)
        await shop.books()
        world.replies["api"] = serving("eu-west-1")
        await shop.books()

    run(world, visit, go_back_after=3600.0)
    assert world.hosts == ["api", "one", "one"]


def test_every_endpoint_is_tried_once_and_the_last_word_is_passed_on(world: World) -> None:
    for host in HOSTS:
        world.replies[host] = answering(503)
    with pytest.raises(RefusedError) as problem:
        run(world, lambda shop: shop.books())
    assert problem.value.status == 503
    assert sorted(world.hosts) == ["api", "one", "two"]


def test_nobody_there_is_said_with_every_address(world: World) -> None:
    for host in HOSTS:
        world.replies[host] = raising(httpx.ConnectError)
    with pytest.raises(UnreachableError, match=r"api.*one.*two"):
        run(world, lambda shop: shop.books())


def test_the_token_is_asked_for_each_request(world: World) -> None:
    tokens = iter(["first", "second"])

    async def main() -> None:
        async with httpx.AsyncClient(transport=httpx.MockTransport(world)) as http:
            shop = Shop(Failover(http, Endpoints(API)), token=lambda: next(tokens))
            await shop.cart()
            await shop.cart()

    asyncio.run(main())
    assert [request.headers["authorization"] for request in world.requests] == [
        "Bearer first",
        "Bearer second",
    ]
