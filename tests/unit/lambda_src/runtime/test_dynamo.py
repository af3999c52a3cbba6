from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from runtime import aws, dynamo
from runtime.dynamo import Keys
from runtime.errors import ConditionFailed, TransactionCancelled, Unavailable

scalars = (
    st.none()
    | st.booleans()
    | st.text()
    | st.integers(-(10**30), 10**30)
    | st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9)
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)


@given(values)
def test_plain_reverses_value(value: Any) -> None:
    assert dynamo.plain(dynamo.value(value)) == value


def test_plain_keeps_integers() -> None:
    assert type(dynamo.plain({"N": "4"})) is int
    assert type(dynamo.plain({"N": "4.0"})) is int
    assert type(dynamo.plain({"N": "4.5"})) is Decimal


@pytest.mark.parametrize("content", [{}, {"S": "a", "N": "1"}, {"B": b"x"}, {"?": 1}])
def test_plain_refuses_other_notations(content: Any) -> None:
    with pytest.raises(ValueError, match=r"not a type|values to unpack"):
        dynamo.plain(content)


def test_value_refuses_floats() -> None:
    with pytest.raises(TypeError):
        dynamo.value(1.5)


class Pages:
    """An operation that returns its answers in turn and keeps the parameters of each call."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.calls: list[dict[str, Any]] = []

    def __call__(self, **parameters: Any) -> dict[str, Any]:
        self.calls.append(parameters)
        return self.answers.pop(0)


def test_items_continue_after_empty_page() -> None:
    query = Pages(
        {"Items": [{"id": {"S": "a"}}], "LastEvaluatedKey": {"id": {"S": "a"}}},
        {"Items": [], "LastEvaluatedKey": {"id": {"S": "b"}}},
        {"Items": [{"id": {"S": "c"}}]},
    )
    assert [item["id"] for item in dynamo.items(query)] == ["a", "c"]
    assert [call.get("ExclusiveStartKey") for call in query.calls] == [
        None,
        {"id": {"S": "a"}},
        {"id": {"S": "b"}},
    ]


class Busy:
    """A client that leaves one more key unread in each round."""

    def __init__(self, rounds: int) -> None:
        self._rounds = rounds

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - as botocore calls it
        keys = RequestItems["t"]["Keys"]
        self._rounds -= 1
        if self._rounds > 0:
            return {
                "Responses": {"t": keys[:1]},
                "UnprocessedKeys": {"t": {"Keys": keys[1:]}} if keys[1:] else {},
            }
        return {"Responses": {"t": keys}, "UnprocessedKeys": {}}


def test_batch_get_retries_unprocessed_keys() -> None:
    keys = [{"id": f"b{number}"} for number in range(130)]
    found = dynamo.batch_get(Busy(3), Keys("t", keys))["t"]
    assert sorted(item["id"] for item in found) == sorted(key["id"] for key in keys)


def test_batch_get_gives_up_after_several_requests() -> None:
    with pytest.raises(Unavailable):
        dynamo.batch_get(Busy(50), Keys("t", [{"id": f"b{number}"} for number in range(99)]))


def test_batch_get_without_keys_sends_nothing() -> None:
    assert dynamo.batch_get(None, Keys("t", [])) == {"t": []}


def refuse(error: Exception) -> None:
    def operation(**_: Any) -> dict[str, Any]:
        raise error

    aws.call(operation)


def client_error(code: str, status: int = 400, **more: Any) -> ClientError:
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return ClientError(response, "PutItem")


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="http://x"),
        ReadTimeoutError(endpoint_url="http://x"),
        client_error("ThrottlingException"),
        client_error("TooManyRequestsException"),
        client_error("ProvisionedThroughputExceededException"),
        client_error("Whatever", 503),
        client_error("TransactionCanceledException", CancellationReasons=[{"Code": "ThrottlingError"}]),
    ],
)
def test_temporary_errors_become_unavailable(error: Exception) -> None:
    with pytest.raises(Unavailable) as raised:
        refuse(error)
    assert raised.value.__cause__ is error


def test_lost_race_names_reasons() -> None:
    with pytest.raises(ConditionFailed):
        refuse(client_error("ConditionalCheckFailedException"))
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed"}]
    with pytest.raises(TransactionCancelled) as raised:
        refuse(client_error("TransactionCanceledException", CancellationReasons=reasons))
    assert raised.value.reasons == (None, "ConditionalCheckFailed")


def test_other_errors_pass_through() -> None:
    with pytest.raises(ClientError):
        refuse(client_error("ValidationException"))
