"""Functions and contract have the same routes, and every answer fits the contract, whatever the request is."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import accounts.handler
import bestsellers.handler
import cart.handler
import catalog.handler
import health.handler
import orders.handler
import pages.handler
import search.handler
from runtime.http import Router
from search.builder import build
from tests.support.api_events import CLIENT, event, send
from tests.support.contract import document, resolve
from tests.support.lambda_tables import Tables
from tests.unit.lambda_src.conftest import ENVIRONMENT

FUNCTIONS: dict[str, Router] = {
    "accounts": accounts.handler.handle,
    "bestsellers": bestsellers.handler.handle,
    "cart": cart.handler.handle,
    "catalog": catalog.handler.handle,
    "health": health.handler.handle,
    "orders": orders.handler.handle,
    "pages": pages.handler.handle,
    "search": search.handler.handle,
}
QUERY = [
    "limit",
    "cursor",
    "category",
    "q",
    "sort",
    "page",
    "minPrice",
    "publishedFrom",
    "path",
    "part",
    "language",
]
METHODS = ("get", "head", "put", "post", "delete")
OPERATIONS = [
    (path["x-function"], method.upper(), resource)
    for resource, path in document()["paths"].items()
    for method in METHODS
    if method in path
]


def test_functions_have_routes_of_contract() -> None:
    routed = {(name, *route) for name, function in FUNCTIONS.items() for route in function.routes}
    assert routed == set(OPERATIONS)


@pytest.fixture
def shop(tables: Tables, search_bucket: Any) -> Tables:
    """Tables with two books, and a search index of them."""
    tables.book("a")
    tables.book("b", price=1000)
    search_bucket.create_bucket(
        Bucket=ENVIRONMENT["WEB_BUCKET"], CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    search_bucket.put_object(Bucket=ENVIRONMENT["WEB_BUCKET"], Key="index.html", Body=b"<title></title>")
    build()
    return tables


@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_secured_routes_require_sign_in(shop: Tables, function: str) -> None:
    """One shop for all routes of a function, since making it takes longer than their answers."""
    path = {"bookId": "a", "orderId": "3b241101-e2bb-4255-8caf-4136c566a962"}
    routes = [(method, resource) for name, method, resource in OPERATIONS if name == function]
    secured = {
        (method, resource)
        for method, resource in routes
        if "security" in document()["paths"][resource][method.lower()]
    }
    refused = {route for route in routes if send(FUNCTIONS[function], event(*route, path=path)).status == 401}
    assert refused == secured


def refused(schema: dict[str, Any]) -> Iterator[str]:
    """Values of a query parameter that its schema does not allow."""
    if "enum" in schema:
        yield from ("", "other", f"{schema['enum'][0]} ")
    if schema["type"] == "string":
        if "minLength" in schema:
            yield "x" * (schema["minLength"] - 1)
        if "maxLength" in schema:
            yield "x" * (schema["maxLength"] + 1)
    if schema["type"] == "integer":
        yield from ("", "1.5", "one", str(schema["minimum"] - 1), str(schema["maximum"] + 1))


REFUSED = {
    (path["x-function"], resource, parameter["name"]): values
    for resource, path in document()["paths"].items()
    for parameter in map(resolve, path.get("get", {}).get("parameters", []))
    if parameter["in"] == "query" and (values := list(refused(resolve(parameter["schema"]))))
}


@pytest.mark.parametrize(("function", "resource", "name"), REFUSED)
def test_query_outside_contract_is_refused(shop: Tables, function: str, resource: str, name: str) -> None:
    """The bookstore's API Gateway checks that parameters are there, not their values."""
    signed_in = {"sub": "ada", "token_use": "id", "aud": CLIENT}
    answers = {
        value: send(
            FUNCTIONS[function],
            event("GET", resource, path={"bookId": "a"}, query={name: value}, claims=signed_in),
        ).status
        for value in REFUSED[function, resource, name]
    }
    assert answers == dict.fromkeys(answers, 400)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
near_lines = st.fixed_dictionaries(
    {},
    optional={
        "bookId": st.sampled_from(["a", "b"]) | json_values,
        "quantity": st.integers(0, 101) | json_values,
    },
)
near_orders = st.fixed_dictionaries(
    {},
    optional={
        "items": st.lists(near_lines, max_size=4) | json_values,
        "expectedTotal": st.sampled_from([500, 1000]) | json_values,
    },
)
bodies = (json_values | near_lines | near_orders).map(json.dumps) | st.text(max_size=50) | st.none()
texts = st.text(max_size=30) | st.sampled_from(["a", "24", "3b241101-e2bb-4255-8caf-4136c566a962"])
odd_events = st.fixed_dictionaries(
    {
        "path": st.fixed_dictionaries({}, optional={"bookId": texts, "orderId": texts}),
        "query": st.dictionaries(
            st.sampled_from(QUERY),
            texts,
        ),
        "headers": st.fixed_dictionaries(
            {"content-type": st.sampled_from(["application/json", "text/plain"])},
            optional={"idempotency-key": texts},
        ),
        "body": bodies,
        "base64": st.booleans(),
    }
)


@pytest.mark.parametrize(("function", "method", "resource"), OPERATIONS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd=odd_events)
def test_any_request_gets_documented_answer(
    shop: Tables, function: str, method: str, resource: str, odd: dict[str, Any]
) -> None:
    """The status is documented, the body has the documented schema, and it is not an internal error."""
    parts = {**odd, "path": {"bookId": "", "orderId": "", **odd["path"]}}
    request = event(method, resource, claims={"sub": "ada", "token_use": "id", "aud": CLIENT}, **parts)
    answer = send(FUNCTIONS[function], request)
    assert answer.status < 500
