"""What the shop must refuse: tokens that are none of its shoppers', other people's things, forged cursors."""

import base64
import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from client import sign_in
from ops.drilling.accounts import Account, open_account
from tests.e2e import contract
from tests.e2e.api import Api, Json, item

Tokens = dict[str, str]


@pytest.fixture(scope="module")
def attacker(cloud: Any) -> Account:
    return open_account(cloud.deployment, f"attacker-{uuid.uuid4()}@example.com")


@pytest.fixture(scope="module")
def bad_tokens(cloud: Any, attacker: Account) -> Iterator[Tokens]:
    """Tokens by what is wrong with them."""
    good = attacker.shopper.token()
    with foreign_tokens(cloud, attacker) as (other_pool, other_client):
        yield {
            "empty": "",
            "garbage": "garbage",
            "three parts of garbage": "a.b.c",
            "signature cut off": good.rpartition(".")[0] + ".",
            "signature of another token": ".".join([*good.split(".")[:2], other_pool.split(".")[2]]),
            "algorithm none": unsigned(good),
            "claims changed": with_claims(good, sub=str(uuid.uuid4())),
            "expired": with_claims(good, exp=int(time.time()) - 3600),
            "access token": attacker.shopper.access_token,
            "other pool": other_pool,
            "other client": other_client,
        }


class foreign_tokens:  # noqa: N801 - reads as the statement it is
    """Id tokens that Cognito gave for another pool, and for another client of the shop's own pool."""

    def __init__(self, cloud: Any, account: Account) -> None:
        self._shared = cloud.deployment.shared
        self._cognito = cloud.deployment.client("cognito-idp", self._shared.user_pool_region)
        self._account = account

    def __enter__(self) -> tuple[str, str]:
        self._pool = self._cognito.create_user_pool(PoolName="another-shop")["UserPool"]["Id"]
        self._client = self._new_client(self._shared.user_pool_id)
        mail = self._account.email
        self._cognito.admin_create_user(UserPoolId=self._pool, Username=mail, MessageAction="SUPPRESS")
        self._cognito.admin_set_user_password(
            UserPoolId=self._pool, Username=mail, Password=self._account.password, Permanent=True
        )
        return (
            self._token(self._pool, self._new_client(self._pool)),
            self._token(self._shared.user_pool_id, self._client),
        )

    def __exit__(self, *_error: object) -> None:
        self._cognito.delete_user_pool_client(UserPoolId=self._shared.user_pool_id, ClientId=self._client)
        self._cognito.delete_user_pool(UserPoolId=self._pool)

    def _new_client(self, pool: str) -> str:
        created = self._cognito.create_user_pool_client(
            UserPoolId=pool,
            ClientName="another",
            ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        )
        return str(created["UserPoolClient"]["ClientId"])

    def _token(self, pool: str, client: str) -> str:
        return sign_in(
            self._cognito,
            pool_id=pool,
            client_id=client,
            email=self._account.email,
            password=self._account.password,
        ).token()


def with_claims(token: str, **claims: Any) -> str:
    """The token with claims changed under its old signature."""
    header, payload, signature = token.split(".")
    return ".".join([header, encoded(decoded(payload) | claims), signature])


def unsigned(token: str) -> str:
    """The token as one that claims to need no signature."""
    header, payload, _ = token.split(".")
    return f"{encoded(decoded(header) | {'alg': 'none'})}.{payload}."


def decoded(part: str) -> Json:
    claims: Json = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def encoded(value: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


SIGNED_IN = {
    operation_id: (verb.upper(), path)
    for operation_id, (verb, path, operation) in contract.operations().items()
    if "security" in operation
}
BODIES: dict[str, Json] = {
    "addToCart": {"bookId": "dune", "quantity": 1},
    "setCartLine": {"quantity": 1},
    "placeOrder": {"items": [{"bookId": "dune", "quantity": 1}], "expectedTotal": 1},
}


def test_every_route_that_is_a_shoppers_refuses_every_token_that_is_not_one(
    region: str, apis: dict[str, Api], bad_tokens: Tokens
) -> None:
    assert len(SIGNED_IN) == 8
    accepted = []
    for operation_id, (verb, path) in SIGNED_IN.items():
        concrete = path.replace("{bookId}", "dune").replace("{orderId}", str(uuid.uuid4()))
        request: dict[str, Any] = {"json": BODIES[operation_id]} if operation_id in BODIES else {}
        for flaw, headers in attempts(bad_tokens):
            sent = headers | ({"idempotency-key": str(uuid.uuid4())} if operation_id == "placeOrder" else {})
            answer = apis[region].send(verb, concrete, headers=sent, **request)
            if answer.status_code != 401:
                accepted.append((operation_id, flaw, answer.status_code))
    assert accepted == []


def attempts(tokens: Tokens) -> Iterator[tuple[str, dict[str, str]]]:
    """Headers that do not sign anyone in, by what is wrong with them."""
    yield "no token", {}
    yield "not a bearer", {"authorization": "Basic dXNlcjpwYXNz"}
    for flaw, token in tokens.items():
        yield flaw, {"authorization": f"Bearer {token}".strip()}


def test_a_token_in_the_query_signs_nobody_in(home: Api, attacker: Account) -> None:
    token = attacker.shopper.token()
    for name in ("token", "access_token", "authorization"):
        assert home.send("GET", "/cart", params={name: token}).status_code == 401


def test_nothing_of_another_shopper_can_be_reached(
    mine: dict[str, Api], books: list[Json], attacker: Account
) -> None:
    victim = next(iter(mine.values()))
    victim.put_line(books[0]["id"], 3)
    orders = [victim.order_book(book) for book in books[1:4]]
    cart, listed = victim.get("/cart"), victim.get("/orders", limit=1)
    thief = victim.signed_in(attacker.shopper)
    try:
        for order in orders:
            thief.expect(404, "GET", f"/orders/{order['orderId']}")
        assert thief.get("/cart")["items"] == []
        thief.expect(204, "DELETE", f"/cart/{books[0]['id']}")
        # A cursor is a place in a listing, and the listing is always one's own.
        stolen = thief.send("GET", "/orders", params={"cursor": listed["nextCursor"]})
        assert stolen.status_code in {200, 400}
        assert not stolen.json().get("items")
        thief.order([item(books[0], 3)], cart["total"], key=cart["checkoutKey"])
    finally:
        thief.close()
    assert victim.get("/cart") == cart
    assert len(victim.get("/orders")["items"]) == len(orders)


def test_nobody_else_can_be_named_as_the_customer(
    mine: dict[str, Api], books: list[Json], attacker: Account
) -> None:
    shopper = next(iter(mine.values()))
    for name in ("x-customer-id", "x-amzn-oidc-identity", "x-forwarded-user", "customerid"):
        shopper.send("GET", "/cart", headers={name: attacker.id})
    for extra in (
        {"customerId": attacker.id},
        {"price": 1},
        {"region": "nowhere-1"},
        {"orderId": str(uuid.uuid4())},
    ):
        body = {"items": [item(books[0])], "expectedTotal": books[0]["price"], **extra}
        shopper.expect(400, "POST", "/orders", headers={"idempotency-key": str(uuid.uuid4())}, json=body)


def forged(cursor: str) -> Iterator[str]:
    """Cursors that the shop never gave."""
    padded = cursor + "=" * (-len(cursor) % 4)
    position = json.loads(base64.urlsafe_b64decode(padded))
    yield from ("x", "null", "e30", "W10", "AAAA", "=" * 8, "../../etc", "%00", "🦉", "a" * 1024)
    yield cursor[:-1]
    yield cursor + "A"
    yield padded if padded != cursor else cursor + "="
    yield encoded({**position, "listing": "orders"})
    yield encoded(dict.fromkeys(position, ""))
    yield encoded(dict.fromkeys(position, 7))
    yield encoded({name: {"S": "x"} for name in position})
    for name in position:
        yield encoded({key: value for key, value in position.items() if key != name})
        yield encoded({**position, name: "\x00"})


@pytest.mark.parametrize("query", [{}, {"category": "Database"}])
def test_forged_cursors_of_books_are_refused(home: Api, query: dict[str, str]) -> None:
    cursor = home.get("/books", limit=1, **query)["nextCursor"]
    for attempt in forged(cursor):
        answer = home.send("GET", "/books", params={**query, "cursor": attempt})
        assert answer.status_code in {200, 400}, attempt
        if answer.status_code == 200:
            assert {book["category"] for book in answer.json()["items"]} <= {*query.values()} or not query


def test_a_cursor_is_good_for_its_own_query_only(home: Api) -> None:
    for first, second in (({"category": "Cars"}, {"category": "Woodwork"}), ({}, {"category": "Cars"})):
        cursor = home.get("/books", limit=1, **first)["nextCursor"]
        answer = home.send("GET", "/books", params={**second, "cursor": cursor})
        assert answer.status_code in {200, 400}
        if answer.status_code == 200:
            assert {book["category"] for book in answer.json()["items"]} <= set(second.values())


def test_forged_cursors_of_orders_show_nothing_of_others(
    mine: dict[str, Api], books: list[Json], new_account: Callable[[], Account]
) -> None:
    api = next(iter(mine.values()))
    own = {api.order_book(book)["orderId"] for book in books[:3]}
    for attempt in forged(api.get("/orders", limit=1)["nextCursor"]):
        answer = api.send("GET", "/orders", params={"cursor": attempt})
        assert answer.status_code in {200, 400}, attempt
        assert {order["orderId"] for order in answer.json().get("items", [])} <= own


@pytest.mark.parametrize(
    "path",
    [
        "/books/..%2f..%2fetc",
        "/books/%00",
        "/books/%F0%9F%A6%89",
        "/books/a%0dset-cookie:x",
        "/admin",
        "/orders/*",
    ],
)
def test_strange_paths_find_nothing(home: Api, path: str) -> None:
    assert home.send("GET", path).status_code in {400, 401, 403, 404}


def test_headers_cannot_be_injected_through_the_key(mine: dict[str, Api], books: list[Json]) -> None:
    api = next(iter(mine.values()))
    body = {"items": [item(books[0])], "expectedTotal": books[0]["price"]}
    answer = api.send(
        "POST", "/orders", headers={"idempotency-key": f"{uuid.uuid4()}%0d%0ax-evil: 1"}, json=body
    )
    assert answer.status_code == 400
    assert "x-evil" not in answer.headers


WRITES: dict[str, Callable[[Json], Json]] = {
    "addToCart": lambda book: {"bookId": book["id"], "quantity": 1},
    "setCartLine": lambda book: {"quantity": 1},
    "placeOrder": lambda book: {"items": [item(book)], "expectedTotal": book["price"]},
}
HOSTILE_TEXT = {
    "not JSON": "{",
    "an array": "[]",
    "a number": "7",
    "nothing": "",
    "deep arrays": "[" * 20_000 + "]" * 20_000,
    "deep objects": '{"a":' * 20_000 + "1" + "}" * 20_000,
    "more than any request needs": json.dumps({"quantity": 1, "bookId": "x" * 70_000}),
    "a byte order mark": '\ufeff{"quantity": 1}',
    "half a surrogate pair": '{"bookId": "\\ud800", "quantity": 1}',
    "a null byte": '{"bookId": "dune\\u0000", "quantity": 1}',
    "a name twice": '{"quantity": 1, "quantity": 99}',
    "no number": '{"quantity": NaN}',
    "infinity": '{"quantity": Infinity}',
    "a number that overflows": '{"quantity": 1e400}',
    "a number of many digits": '{"quantity": ' + "9" * 5_000 + "}",
}
HOSTILE_QUANTITIES: list[Any] = [0, -1, 100, 2**63, 10**30, 1.5, 1e308, "1", "٣", True, None, [], {}]


def send_write(api: Api, operation_id: str, book: Json, content: str) -> Any:
    """A write with any text for its body."""
    verb, path, _ = contract.operations()[operation_id]
    headers = {"content-type": "application/json", "idempotency-key": str(uuid.uuid4())}
    return api.send(
        verb.upper(), path.replace("{bookId}", book["id"]), headers=headers, content=content.encode()
    )


@pytest.fixture
def untouched(mine: dict[str, Api], books: list[Json]) -> Iterator[Api]:
    """A shopper with a cart, which must be as it was when the test is over, and nothing ordered."""
    api = next(iter(mine.values()))
    before = api.put_line(books[1]["id"], 2)
    yield api
    assert api.get("/cart") == before
    assert api.get("/orders")["items"] == []


@pytest.mark.parametrize("operation_id", WRITES)
@pytest.mark.parametrize("flaw", HOSTILE_TEXT)
def test_a_body_that_is_none_changes_nothing(
    flaw: str, operation_id: str, untouched: Api, books: list[Json]
) -> None:
    answer = send_write(untouched, operation_id, books[0], HOSTILE_TEXT[flaw])
    assert answer.status_code in {400, 413}, answer.text


@pytest.mark.parametrize("operation_id", WRITES)
def test_a_quantity_that_is_none_changes_nothing(
    operation_id: str, untouched: Api, books: list[Json]
) -> None:
    for quantity in HOSTILE_QUANTITIES:
        body = WRITES[operation_id](books[0])
        (body["items"][0] if "items" in body else body)["quantity"] = quantity
        answer = send_write(untouched, operation_id, books[0], json.dumps(body))
        assert answer.status_code == 400, (quantity, answer.text)


@pytest.mark.parametrize("operation_id", WRITES)
def test_nothing_is_assigned_that_was_not_asked_for(
    operation_id: str, untouched: Api, books: list[Json], attacker: Account
) -> None:
    extras = {
        "price": 1,
        "unitPrice": 1,
        "lineTotal": 1,
        "total": 1,
        "currency": "XXX",
        "customerId": attacker.id,
        "region": "nowhere-1",
        "createdAt": "1970-01-01T00:00:00.000Z",
        "settled": [],
        "expiresAt": 0,
        "__proto__": {"price": 1},
    }
    for name, value in extras.items():
        body = WRITES[operation_id](books[0])
        beside = [{**body, name: value}]
        if "items" in body:
            beside.append({**body, "items": [{**body["items"][0], name: value}]})
        for assigned in beside:
            answer = send_write(untouched, operation_id, books[0], json.dumps(assigned))
            assert answer.status_code == 400, (name, answer.text)


@pytest.mark.parametrize("text", ["a\r\nset-cookie: x=1", "a\nb", "\u2028", "a\x00b"])
def test_no_text_of_a_request_becomes_a_header(home: Api, text: str) -> None:
    for answer in (
        home.send("GET", "/books", params={"category": text}),
        home.send("GET", "/books", params={"cursor": text}),
        home.send("GET", "/books/" + quote(text, safe="")),
    ):
        assert answer.status_code in {200, 400, 403, 404}
        assert "set-cookie" not in answer.headers


def test_whoever_asks_too_often_would_be_told_to_slow_down(cloud: Any, region: str) -> None:
    """The emulator counts nobody's requests, so this is what API Gateway has been told to answer, and when."""
    deployed = cloud.deployment.regions[region]
    gateway = cloud.deployment.client("apigateway", region)
    refusal = gateway.get_gateway_response(restApiId=deployed.api_id, responseType="THROTTLED")
    assert refusal["statusCode"] == "429"
    assert refusal["responseParameters"]["gatewayresponse.header.x-region"] == f"'{region}'"
    template = refusal["responseTemplates"]["application/json"]
    assert '"urn:bookstore:problem:too-many-requests"' in template
    assert '"status":429' in template.replace(" ", "")
    stage = gateway.get_stage(restApiId=deployed.api_id, stageName=deployed.api_stage)
    everything = stage["methodSettings"]["*/*"]
    assert everything["throttlingRateLimit"] > 0
    assert everything["throttlingBurstLimit"] > 0
