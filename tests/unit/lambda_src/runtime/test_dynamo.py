from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from runtime import aws, dynamo
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
def test_what_is_written_is_what_is_read(value: Any) -> None:
    assert dynamo.plain(dynamo.value(value)) == value


def test_integers_come_back_as_integers() -> None:
    assert type(dynamo.plain({"N": "4"})) is int
    assert type(dynamo.plain({"N": "4.0"})) is int
    assert type(dynamo.plain({"N": "4.5"})) is Decimal


@pytest.mark.parametrize("content", [{}, {"S": "a", "N": "1"}, {"B": b"x"}, {"?": 1}])
def test_other_notations_are_refused(content: Any) -> None:
    with pytest.raises(ValueError, match=r"not a type|values to unpack"):
        dynamo.plain(content)


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError):
        dynamo.value(1.5)


class Pages:
    """An operation that gives its answers one after the other and remembers what it was asked."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def __call__(self, **parameters: Any) -> dict[str, Any]:
        self.asked.append(parameters)
        return self.answers.pop(0)


def test_pages_are_read_to_the_end_also_through_empty_ones() -> None:
    query = Pages(
        {"Items": [{"id": {"S": "a"}}], "LastEvaluatedKey": {"id": {"S": "a"}}},
        {"Items": [], "LastEvaluatedKey": {"id": {"S": "b"}}},
        {"Items": [{"id": {"S": "c"}}]},
    )
    assert [item["id"] for item in dynamo.items(query)] == ["a", "c"]
    assert [asked.get("ExclusiveStartKey") for asked in query.asked] == [
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


def test_keys_left_unread_are_asked_for_again() -> None:
    keys = [{"id": f"b{number}"} for number in range(130)]
    assert sorted(item["id"] for item in dynamo.batch_get(Busy(3), "t", keys)) == sorted(
        key["id"] for key in keys
    )


def test_keys_left_unread_too_often_are_a_failure() -> None:
    with pytest.raises(Unavailable):
        list(dynamo.batch_get(Busy(50), "t", [{"id": f"b{number}"} for number in range(99)]))


def test_nothing_is_asked_for_no_keys() -> None:
    assert list(dynamo.batch_get(None, "t", [])) == []


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
        client_error("ProvisionedThroughputExceededException"),
        client_error("Whatever", 503),
        client_error("TransactionCanceledException", CancellationReasons=[{"Code": "ThrottlingError"}]),
    ],
)
def test_what_a_retry_may_mend_is_unavailable(error: Exception) -> None:
    with pytest.raises(Unavailable) as raised:
        refuse(error)
    assert raised.value.__cause__ is error


def test_lost_races_say_which() -> None:
    with pytest.raises(ConditionFailed):
        refuse(client_error("ConditionalCheckFailedException"))
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed"}]
    with pytest.raises(TransactionCancelled) as raised:
        refuse(client_error("TransactionCanceledException", CancellationReasons=reasons))
    assert raised.value.reasons == (None, "ConditionalCheckFailed")


def test_what_is_a_bug_stays_one() -> None:
    with pytest.raises(ClientError):
        refuse(client_error("ValidationException"))
