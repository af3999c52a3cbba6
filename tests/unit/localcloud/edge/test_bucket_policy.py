from typing import Any

import pytest

from localcloud.edge.cloudfront.bucket_policy import LIST, READ, SERVICE, allows

BUCKET = "arn:aws:s3:::web-eu-west-1"
FILE = f"{BUCKET}/index.html"
DISTRIBUTION = "arn:aws:cloudfront::000000000000:distribution/E1"


def statement(effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Principal": {"Service": SERVICE},
        "Action": "s3:GetObject",
        "Resource": f"{BUCKET}/*",
        **more,
    }


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


OURS = statement(Condition={"ArnLike": {"AWS:SourceArn": "arn:aws:cloudfront::000000000000:distribution/*"}})
TLS_ONLY = statement(
    "Deny",
    Principal={"AWS": "*"},
    Action="s3:*",
    Resource=[BUCKET, f"{BUCKET}/*"],
    Condition={"Bool": {"aws:SecureTransport": "false"}},
)


def test_policy_allow_permits() -> None:
    assert allows(policy(OURS, TLS_ONLY), READ, FILE, DISTRIBUTION)


def test_policy_empty_refuses() -> None:
    assert not allows({}, READ, FILE, DISTRIBUTION)


def test_policy_deny_wins() -> None:
    deny = statement("Deny", Principal="*", Action="s3:*")
    assert not allows(policy(OURS, deny), READ, FILE, DISTRIBUTION)
    assert not allows(policy(deny, OURS), READ, FILE, DISTRIBUTION)


@pytest.mark.parametrize(
    "foreign",
    [
        statement(Principal={"AWS": "arn:aws:iam::111111111111:root"}),
        statement(Resource="arn:aws:s3:::another/*"),
        statement(Action="s3:PutObject"),
        statement(Condition={"StringEquals": {"AWS:SourceArn": f"{DISTRIBUTION}X"}}),
        statement(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
    ],
    ids=["principal", "resource", "action", "condition", "unknown operator"],
)
def test_policy_other_statement_refuses(foreign: dict[str, Any]) -> None:
    assert not allows(policy(foreign), READ, FILE, DISTRIBUTION)


def test_policy_list_is_separate() -> None:
    assert not allows(policy(OURS), LIST, BUCKET, DISTRIBUTION)
    assert allows(
        policy(statement(Action=["s3:GetObject", "s3:ListBucket"], Resource=[BUCKET])),
        LIST,
        BUCKET,
        DISTRIBUTION,
    )
