"""The client's idea of a successful answer is the contract's."""

from typing import Any

import pytest

from client.replies import EXPECTED
from tests.support.contract import document, operations, resolve


def _required(schema: dict[str, Any]) -> set[str]:
    return set(resolve(schema).get("required", ()))


@pytest.mark.parametrize("operation", EXPECTED)
def test_expected_answers_match_contract(operation: str) -> None:
    expected = EXPECTED[operation]
    _, _, definition = operations()[operation]
    successes = {int(status): answer for status, answer in definition["responses"].items() if status < "300"}
    assert list(successes) == [expected.status]
    content = resolve(successes[expected.status]).get("content")
    required = _required(content["application/json"]["schema"]) if content else set()
    assert expected.fields <= required
    assert bool(expected.fields) == bool(content)


def test_every_answer_names_its_region() -> None:
    for operation in document()["paths"].values():
        for verb in ("get", "post", "put", "delete"):
            for answer in operation.get(verb, {}).get("responses", {}).values():
                assert "x-region" in resolve(answer)["headers"]
