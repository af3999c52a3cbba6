"""Private routes reject every token that is not an id token of this application."""

import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from ops.drill.accounts import Account
from tests.support.api import Api, Json
from tests.support.tokens import ForeignTokens, PoolKey, unsigned, with_claims

pytestmark = pytest.mark.shared

HOUR = 3600
BODIES: dict[str, Json] = {
    "addToCart": {"bookId": "dune", "quantity": 1},
    "setCartLine": {"quantity": 1},
    "placeOrder": {"items": [{"bookId": "dune", "quantity": 1}], "expectedTotal": 1},
}


@pytest.fixture(scope="module")
def key(cloud: Any) -> PoolKey:
    return PoolKey.of(cloud.layout, cloud.deployment.shared.user_pool_id)


@pytest.fixture(scope="module")
def bad_tokens(cloud: Any, attacker: Account, key: PoolKey) -> Iterator[dict[str, str]]:
    """Invalid tokens, by their flaw."""
    good = attacker.shopper.token()
    issuer = f"https://cognito-idp.{cloud.deployment.shared.user_pool_region}.amazonaws.com/another"
    with ForeignTokens(cloud, attacker) as (other_pool, other_client):
        yield {
            "empty": "",
            "garbage": "garbage",
            "three parts of garbage": "a.b.c",
            "signature cut off": good.rpartition(".")[0] + ".",
            "signature of another token": ".".join([*good.split(".")[:2], other_pool.split(".")[2]]),
            "algorithm none": unsigned(good),
            "claims changed": with_claims(good, sub=str(uuid.uuid4())),
            "life prolonged": with_claims(good, exp=int(time.time()) + 24 * HOUR),
            "expired": key.signed(good, exp=int(time.time()) - 1),
            "issued by another": key.signed(good, iss=issuer),
            "made for another": key.signed(good, aud="another-client"),
            "empty subject": key.signed(good, sub=""),
            "access token": attacker.shopper.access_token,
            "other pool": other_pool,
            "other client": other_client,
        }


def test_private_routes_reject_bad_tokens(
    region: str,
    apis: dict[str, Api],
    bad_tokens: dict[str, str],
    signed_in_only: dict[str, tuple[str, str]],
) -> None:
    accepted = []
    for operation_id, (verb, path) in signed_in_only.items():
        concrete = path.replace("{bookId}", "dune").replace("{orderId}", str(uuid.uuid4()))
        request: dict[str, Any] = {"json": BODIES[operation_id]} if operation_id in BODIES else {}
        for flaw, headers in attempts(bad_tokens):
            sent = headers | ({"idempotency-key": str(uuid.uuid4())} if operation_id == "placeOrder" else {})
            answer = apis[region].send(verb, concrete, headers=sent, **request)
            if answer.status_code != 401:
                accepted.append((operation_id, flaw, answer.status_code))
    assert accepted == []


def attempts(tokens: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Headers that do not authenticate, by their flaw."""
    yield "no token", {}
    yield "not a bearer", {"authorization": "Basic dXNlcjpwYXNz"}
    for flaw, token in tokens.items():
        yield flaw, {"authorization": f"Bearer {token}".strip()}


def test_unchanged_claims_are_accepted(
    region: str, apis: dict[str, Api], attacker: Account, key: PoolKey
) -> None:
    """Control: shows that the tokens above are rejected because of their claims."""
    good = key.signed(attacker.shopper.token(), exp=int(time.time()) + HOUR)
    apis[region].expect(200, "GET", "/cart", headers={"authorization": f"Bearer {good}"})


def test_token_in_query_is_ignored(home: Api, attacker: Account) -> None:
    token = attacker.shopper.token()
    for name in ("token", "access_token", "authorization"):
        assert home.send("GET", "/cart", params={name: token}).status_code == 401
