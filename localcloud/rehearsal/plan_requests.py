"""Compares the requests of a plan, as the emulator recorded them, with the policy of GitHub's plan role."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

from localcloud.request_audit.requests import Recorded, parse, read

PROGRAM = "HashiCorp"
"""Part of the user agent of Terraform and its provider. The edge and the functions send requests meanwhile."""
PREFIXES = {"elbv2": "elasticloadbalancing", "apigatewayv2": "apigateway"}
"""Prefixes of IAM actions, where they are not botocore's name of the service."""
ACTIONS = {
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
}
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html"""
LOCK = ".tflock"
"""The end of the lock's name: GitHub's workflows plan without a lock."""
ALWAYS_ALLOWED = {"sts:GetCallerIdentity"}


def missing_actions(requests: Path, policy: Mapping[str, object]) -> set[str]:
    """The actions of Terraform's requests in a recorded file that a policy, as CDKTF synthesizes it, does not allow."""
    allowed = set(re.findall(r'"([a-z0-9-]+:[A-Za-z0-9]+)"', json.dumps(policy))) | ALWAYS_ALLOWED
    called = {
        action
        for request in read(requests)
        if PROGRAM in request.headers.get("user-agent", "")
        and not request.path.endswith(LOCK)
        and (action := _action(request))
    }
    return called - allowed


def _action(request: Recorded) -> str | None:
    call = parse(request)
    if call is None:
        return None
    prefix = PREFIXES.get(call.service, call.service)
    if prefix == "apigateway":
        return f"apigateway:{request.method}"
    action = f"{prefix}:{call.operation.name}"
    return ACTIONS.get(action, action)
