import re
from functools import cache
from typing import Any

import pytest

from tests.synthesis import Stack, construct

from modules.web_bucket import WebBucket  # isort: skip  tests.synthesis loads CDKTF the fast way


@cache
def bucket(*, disposable: bool = False) -> Stack:
    return construct(lambda stack: WebBucket(stack, "web", name="shop-web", disposable=disposable))


def statements() -> dict[str, Any]:
    (document,) = bucket().data("aws_iam_policy_document")
    return {statement["sid"]: statement for statement in document.body["statement"]}


def test_nothing_in_it_is_public() -> None:
    block = bucket().only("aws_s3_bucket_public_access_block")

    for flag in ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"):
        assert block[flag] is True
    assert bucket().only("aws_s3_bucket_ownership_controls")["rule"] == {
        "object_ownership": "BucketOwnerEnforced"
    }


def test_nobody_reads_it_without_tls() -> None:
    denied = statements()["TlsOnly"]

    assert denied["effect"] == "Deny"
    assert denied["principals"] == [{"type": "AWS", "identifiers": ["*"]}]
    assert denied["condition"] == [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}]


def test_only_this_accounts_distributions_read_it() -> None:
    (allowed,) = [each for each in statements().values() if each.get("effect", "Allow") == "Allow"]

    assert allowed["principals"] == [{"type": "Service", "identifiers": ["cloudfront.amazonaws.com"]}]
    assert set(allowed["actions"]) == {"s3:GetObject", "s3:ListBucket"}
    (condition,) = allowed["condition"]
    assert condition["variable"] == "AWS:SourceArn"
    (pattern,) = condition["values"]
    assert re.fullmatch(r"arn:aws:cloudfront::\$\{data\.aws_caller_identity\..+\}:distribution/\*", pattern)


def test_a_mistake_can_be_undone_for_a_month_and_is_forgotten_then() -> None:
    assert bucket().only("aws_s3_bucket_versioning")["versioning_configuration"] == {"status": "Enabled"}
    (rule,) = bucket().only("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 30}]
    assert rule["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 1}]


@pytest.mark.parametrize("disposable", [True, False])
def test_only_a_disposable_bucket_is_destroyed_with_its_content(disposable: bool) -> None:
    assert bucket(disposable=disposable).only("aws_s3_bucket")["force_destroy"] is disposable
