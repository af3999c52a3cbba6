"""API Gateway must reject exactly the bodies that the contract forbids."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator  # type: ignore[import-untyped, unused-ignore]
from openapi_schema_validator import OAS30Validator

from modules.api.contract import Contract, read_contract

FILE = Path(__file__).parents[3] / "api" / "openapi.yaml"
CONTRACT = read_contract(FILE)

line = st.fixed_dictionaries(
    {},
    optional={
        "bookId": st.one_of(
            st.sampled_from(["the-time-machine", "_categories", "", "a" * 64, "a" * 65, "a b"]), st.integers()
        ),
        "quantity": st.one_of(st.integers(-1, 101), st.floats(0, 3), st.none(), st.just("1")),
        "extra": st.none(),
    },
)
bodies = st.one_of(
    line,
    st.lists(line),
    st.fixed_dictionaries(
        {"items": st.lists(line, max_size=3)},
        optional={"expectedTotal": st.one_of(st.integers(-1, 10**13), st.none())},
    ),
)


def whole(name: str) -> dict[str, Any]:
    """Return the contract's schema together with the schemas that it refers to."""
    document = CONTRACT._document
    return {**document["components"]["schemas"][name], "components": document["components"]}


@pytest.mark.parametrize("name", CONTRACT.bodies)
@given(body=bodies)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_models_accept_what_contract_accepts(name: str, body: object) -> None:
    ours = Draft4Validator(CONTRACT.schema(name)).is_valid(body)
    theirs = OAS30Validator(whole(name)).is_valid(body)
    assert ours == theirs


@pytest.mark.parametrize("name", CONTRACT.bodies)
def test_models_are_self_contained_draft_4(name: str) -> None:
    schema = CONTRACT.schema(name)
    Draft4Validator.check_schema(schema)
    assert "$ref" not in str(schema).replace("$schema", "")
    assert "nullable" not in str(schema)


@pytest.mark.parametrize("name", sorted(CONTRACT._document["components"]["schemas"]))
def test_every_schema_is_a_valid_model(name: str) -> None:
    Draft4Validator.check_schema(CONTRACT.schema(name))


def test_nullable_property_accepts_null() -> None:
    properties = CONTRACT.schema("Book")["properties"]
    assert Draft4Validator(properties["publishedYear"]).is_valid(None)
    assert not Draft4Validator(properties["title"]).is_valid(None)


def test_path_parameters_apply_to_operations() -> None:
    (route,) = [route for route in CONTRACT.routes if route.path == "/cart/{bookId}"]
    for operation in route.operations:
        assert [(each.mapping, each.required) for each in operation.parameters] == [
            ("method.request.path.bookId", True)
        ]


def test_operation_without_security_is_public() -> None:
    document = {
        "components": {"schemas": {}},
        "paths": {
            "/a": {
                "x-function": "f",
                "get": {"operationId": "one", "security": [{"shopper": []}]},
                "put": {"operationId": "two"},
            }
        },
    }
    (route,) = Contract(document).routes
    assert {each.id: each.signed_in for each in route.operations} == {"one": True, "two": False}
