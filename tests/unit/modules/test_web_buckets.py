import re
from functools import cache
from typing import Any

from tests.support.synthesis import Stack, construct

from modules.storefront import WebBucket  # isort: skip  tests.support.synthesis loads CDKTF the fast way


@cache
def bucket() -> Stack:
    return construct(lambda stack: WebBucket(stack, "web", name="shop-web", disposable=False))


def statements() -> dict[str, Any]:
    (document,) = bucket().data("aws_iam_policy_document")
    return {statement["sid"]: statement for statement in document.body["statement"]}


def test_only_own_distributions_read_bucket() -> None:
    (allowed,) = [each for each in statements().values() if each.get("effect", "Allow") == "Allow"]

    assert allowed["principals"] == [{"type": "Service", "identifiers": ["cloudfront.amazonaws.com"]}]
    assert set(allowed["actions"]) == {"s3:GetObject", "s3:ListBucket"}
    (condition,) = allowed["condition"]
    assert condition["variable"] == "AWS:SourceArn"
    (pattern,) = condition["values"]
    assert re.fullmatch(r"arn:aws:cloudfront::\$\{data\.aws_caller_identity\..+\}:distribution/\*", pattern)


def test_web_bucket_keeps_versions_for_month() -> None:
    assert bucket().only("aws_s3_bucket_versioning")["versioning_configuration"] == {"status": "Enabled"}
    (rule,) = bucket().only("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 30}]
