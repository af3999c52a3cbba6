import json
from functools import cache
from typing import Any

import pytest
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocumentStatement as Statement,
)
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocumentStatementPrincipals as Principals,
)
from cdktf_cdktf_provider_aws.provider import AwsProvider

from tests.support.synthesis import EVERYTHING, Stack, construct, shop

from modules.private_bucket import Expiring, Versioned, PrivateBucket  # isort: skip  after CDKTF's fast way

MONTH = 30
FORGET = Expiring(MONTH)
FLAGS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")


@cache
def bucket(content: Versioned | Expiring = FORGET, *, disposable: bool = False) -> Stack:
    return construct(
        lambda stack: PrivateBucket(stack, "private", name="shop", content=content, disposable=disposable)
    )


def lifecycle(content: Versioned | Expiring) -> dict[str, Any]:
    (rule,) = bucket(content).only("aws_s3_bucket_lifecycle_configuration")["rule"]
    return dict(rule)


@pytest.mark.parametrize("part", ["logs", "eu-west-1", "ap-southeast-1", "edge"])
def test_every_bucket_is_private(part: str) -> None:
    stack = shop(**EVERYTHING)[part]
    buckets = {f"${{{each.address}.id}}" for each in stack.resources("aws_s3_bucket")}

    assert buckets
    for kind in (
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_policy",
    ):
        assert {each.body["bucket"] for each in stack.resources(kind)} == buckets, kind
    code = {each for each in buckets if "code" in each}
    lifecycles = stack.resources("aws_s3_bucket_lifecycle_configuration")
    assert {each.body["bucket"] for each in lifecycles} == buckets - code
    denied = [
        resources
        for document in stack.data("aws_iam_policy_document")
        for statement in document.body["statement"]
        if statement.get("sid") == "TlsOnly"
        for resources in statement["resources"]
    ]
    for each in stack.resources("aws_s3_bucket"):
        assert {f"${{{each.address}.arn}}", f"${{{each.address}.arn}}/*"} <= set(denied)


def test_bucket_blocks_public_access() -> None:
    block = bucket().only("aws_s3_bucket_public_access_block")

    assert all(block[flag] is True for flag in FLAGS)
    assert bucket().only("aws_s3_bucket_ownership_controls")["rule"] == {
        "object_ownership": "BucketOwnerEnforced"
    }


def test_bucket_refuses_plain_http() -> None:
    (document,) = bucket().data("aws_iam_policy_document")
    (denied,) = document.body["statement"]

    assert (denied["effect"], denied["actions"]) == ("Deny", ["s3:*"])
    assert denied["principals"] == [{"type": "AWS", "identifiers": ["*"]}]
    assert denied["condition"] == [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}]
    assert bucket().only("aws_s3_bucket_policy")["policy"] == f"${{data.{document.address}.json}}"


def test_bucket_policy_keeps_all_statements() -> None:
    def make(stack: Any) -> None:
        private = PrivateBucket(stack, "private", name="shop", content=Expiring(1), disposable=True)
        for sid in ("First", "Second"):
            private.allow(
                Statement(sid=sid, principals=[Principals(type="Service", identifiers=["a.amazonaws.com"])])
            )

    (document,) = construct(make).data("aws_iam_policy_document")
    assert [each["sid"] for each in document.body["statement"]] == ["TlsOnly", "First", "Second"]


def test_versioned_bucket_keeps_old_versions() -> None:
    rule = lifecycle(Versioned(MONTH))

    assert bucket(Versioned(MONTH)).only("aws_s3_bucket_versioning")["versioning_configuration"] == {
        "status": "Enabled"
    }
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": MONTH}]
    assert rule["expiration"] == [{"expired_object_delete_marker": True}]


def test_expiring_bucket_keeps_no_versions() -> None:
    assert lifecycle(Expiring(MONTH))["expiration"] == [{"days": MONTH}]
    assert bucket(Expiring(MONTH)).resources("aws_s3_bucket_versioning") == []


@pytest.mark.parametrize("content", [Versioned(MONTH), Expiring(MONTH)])
def test_bucket_aborts_incomplete_uploads(content: Versioned | Expiring) -> None:
    assert lifecycle(content)["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 1}]


@pytest.mark.parametrize("disposable", [True, False])
def test_only_disposable_bucket_is_emptied(disposable: bool) -> None:
    assert bucket(disposable=disposable).only("aws_s3_bucket")["force_destroy"] is disposable


def test_bucket_parts_share_its_provider() -> None:
    def make(stack: Any) -> None:
        elsewhere = AwsProvider(stack, "elsewhere", alias="elsewhere", region="us-east-1")
        content = Versioned(MONTH)
        PrivateBucket(stack, "private", name="shop", content=content, disposable=True, provider=elsewhere)

    stack = construct(make)
    for each in (*stack.resources(), *stack.data()):
        assert each.body["provider"] == "aws.elsewhere", json.dumps(each.body)
