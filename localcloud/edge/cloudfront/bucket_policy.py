"""Evaluates bucket policies for CloudFront's reads.

The emulator evaluates bucket policies for its own CloudFront only, which has no origin groups. So the edge reads
objects itself and evaluates the policy as S3 does for CloudFront's signed requests: an explicit deny wins, and
without an allow the request is denied.
"""

import fnmatch
from collections.abc import Iterable, Mapping
from typing import Any

SERVICE = "cloudfront.amazonaws.com"
READ, LIST = "s3:GetObject", "s3:ListBucket"


def allows(policy: Mapping[str, Any], action: str, resource: str, distribution: str) -> bool:
    """Whether `policy` allows CloudFront `action` on `resource` for the distribution with this ARN."""
    context = {
        "aws:sourcearn": distribution,
        "aws:securetransport": "true",
        "aws:principalisawsservice": "true",
    }
    effects = {
        statement["Effect"]
        for statement in _list(policy.get("Statement", ()))
        if _concerns(statement, action, resource)
        and _conditions_hold(statement.get("Condition", {}), context)
    }
    return effects == {"Allow"}


def _concerns(statement: Mapping[str, Any], action: str, resource: str) -> bool:
    return (
        _names_service(statement.get("Principal"))
        and _any_like(action.lower(), (pattern.lower() for pattern in _list(statement.get("Action", ()))))
        and _any_like(resource, _list(statement.get("Resource", ())))
    )


def _names_service(principal: Any) -> bool:
    if isinstance(principal, Mapping):
        # `{"AWS": "*"}` includes service principals.
        return SERVICE in _list(principal.get("Service", ())) or "*" in _list(principal.get("AWS", ()))
    return bool(principal == "*")


def _conditions_hold(condition: Mapping[str, Mapping[str, Any]], context: Mapping[str, str]) -> bool:
    return all(
        _holds(operator, context.get(key.lower()), [str(value) for value in _list(values)])
        for operator, tests in condition.items()
        for key, values in tests.items()
    )


def _holds(operator: str, actual: str | None, wanted: list[str]) -> bool:
    """Evaluate one condition. An unsupported operator is false."""
    if actual is None:
        return operator.startswith(("StringNot", "ArnNot"))
    match operator:
        case "StringEquals" | "ArnEquals" if not any("*" in value for value in wanted):
            return actual in wanted
        case "StringLike" | "ArnLike" | "ArnEquals":
            return _any_like(actual, wanted)
        case "StringNotEquals":
            return actual not in wanted
        case "StringNotLike" | "ArnNotLike" | "ArnNotEquals":
            return not _any_like(actual, wanted)
        case "Bool":
            return actual.lower() in (value.lower() for value in wanted)
        case _:
            return False


def _any_like(actual: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch.fnmatchcase(actual, pattern) for pattern in patterns)


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]
