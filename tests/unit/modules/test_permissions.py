import pytest

from modules.permissions import Statement


@pytest.mark.parametrize("action", ["*", "dynamodb:*", "s3:Get*"])
def test_statement_refuses_wildcard_action(action: str) -> None:
    with pytest.raises(ValueError, match="without wildcards"):
        Statement("Wide", (action,), ("arn:aws:s3:::books",))


def test_statement_for_all_needs_reason() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        Statement("Wide", ("xray:PutTraceSegments",), ("*",))
    assert Statement("Wide", ("xray:PutTraceSegments",), ("*",), reason="it has none").reason


def test_statement_conditions_become_a_list() -> None:
    statement = Statement(
        "Own",
        ("sqs:SendMessage",),
        ("arn:aws:sqs:eu-west-1:111122223333:books",),
        conditions={"ArnLike": {"aws:SourceArn": ["a", "b"]}},
    )
    assert statement.as_input()["condition"] == [
        {"test": "ArnLike", "variable": "aws:SourceArn", "values": ["a", "b"]}
    ]
