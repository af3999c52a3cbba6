"""Classifies changes that lose data, a protection, or the way by which clients reach the application."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

HOLDS_DATA = frozenset(
    {
        "aws_backup_vault",
        "aws_codecommit_repository",
        "aws_cognito_user_pool",
        "aws_db_instance",
        "aws_dynamodb_global_table",
        "aws_dynamodb_table",
        "aws_dynamodb_table_replica",
        "aws_ecr_repository",
        "aws_efs_file_system",
        "aws_elasticache_global_replication_group",
        "aws_kms_key",
        "aws_kms_replica_key",
        "aws_rds_cluster",
        "aws_rds_cluster_instance",
        "aws_rds_global_cluster",
        "aws_s3_bucket",
        "aws_secretsmanager_secret",
    }
)
"""Types whose deletion deletes data, or the key that decrypts it. Redis is rebuilt from the orders."""

HOLDS_MESSAGES = frozenset({"aws_cloudwatch_log_group", "aws_sqs_queue"})
"""Types whose deletion deletes logs or messages."""

REACHED_BY = frozenset(
    {
        "aws_api_gateway_domain_name",
        "aws_api_gateway_rest_api",
        "aws_apigatewayv2_api_mapping",
        "aws_apigatewayv2_domain_name",
        "aws_cloudfront_distribution",
        "aws_cognito_user_pool_client",
        "aws_cognito_user_pool_domain",
        "aws_lb",
        "aws_route53_health_check",
        "aws_route53_record",
        "aws_route53_zone",
    }
)
"""Types without which clients do not find the application: a new zone has new name servers."""

PROTECTS = frozenset(
    {
        "aws_backup_plan",
        "aws_backup_selection",
        "aws_s3_bucket_object_lock_configuration",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_replication_configuration",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
        "aws_wafv2_web_acl",
        "aws_wafv2_web_acl_association",
    }
)
"""Types that protect another resource."""

_GONE = frozenset({"destroyed", "replaced", "recreated"})
_UNKNOWN = object()
"""A value that is known after the apply only."""

_SWITCHED_ON = re.compile(
    r"(^|\.)(deletion_protection\w*|enable_deletion_protection|storage_encrypted|enable_key_rotation"
    r"|block_public_\w+|ignore_public_acls|restrict_public_buckets|prevent_\w+"
    r"|point_in_time_recovery\.enabled|server_side_encryption\.enabled|copy_tags_to_snapshot)$"
)
_SWITCHED_OFF = re.compile(
    r"(^|\.)(force_destroy|force_delete|skip_final_snapshot|delete_automated_backups)$"
)
_KEPT_FOR = re.compile(
    r"(^|\.)(backup_retention_period|retention_in_days|message_retention_seconds|recovery_window_in_days"
    r"|deletion_window_in_days|recovery_period_in_days)$"
)
_VERSIONING = re.compile(r"(^|\.)versioning(_configuration)?\.(status|enabled)$")
_EXPIRY = re.compile(r"(^|\.)(expiration|noncurrent_version_expiration)\.(days|date|noncurrent_days)$")
_TTL = re.compile(r"^ttl\.(enabled|attribute_name)$")
_ON = frozenset({True, "ACTIVE", "Enabled", "ENABLED"})


def loss_of(type_: str, action: str, change: Mapping[str, Any]) -> str:
    """Loss that the change of a resource would cause, as text; empty for nothing that is known."""
    if action in _GONE:
        if type_ in HOLDS_DATA | HOLDS_MESSAGES:
            return "data"
        if type_ in REACHED_BY:
            return "reachability"
        if type_ in PROTECTS and action == "destroyed":
            return "protection"
    if action in {"changed", "replaced", "recreated"}:
        return "; ".join(dict.fromkeys(_lost_settings(change)))
    if action == "added" and type_ == "aws_s3_bucket_lifecycle_configuration":
        # The bucket's name is unknown where the bucket is created by the same plan, and is empty.
        is_new_bucket = (change.get("after_unknown") or {}).get("bucket")
        return "" if is_new_bucket else "; ".join(dict.fromkeys(_lost_settings(change)))
    return ""


def _lost_settings(change: Mapping[str, Any]) -> Iterator[str]:
    before = dict(_leaves(change.get("before") or {}))
    after = dict(_leaves(change.get("after") or {}))
    unknown = [path for path, is_unknown in _leaves(change.get("after_unknown") or {}) if is_unknown is True]

    def value_after(path: str) -> Any:
        if path in after:
            return after[path]
        is_unknown = any(path == each or path.startswith(f"{each}.") for each in unknown)
        return _UNKNOWN if is_unknown else None

    for path in sorted(before.keys() | after.keys()):
        name = re.sub(r"\.\d+(?=\.|$)", "", path)
        for pattern, is_lost, what in _RULES:
            if pattern.search(name) and is_lost(before.get(path), value_after(path)):
                yield f"{what} ({name})"


def _turned_off(before: Any, after: Any) -> bool:
    return before in _ON and after not in _ON


def _turned_on(before: Any, after: Any) -> bool:
    return before not in _ON and (after is _UNKNOWN or after in _ON)


def _shorter(before: Any, after: Any) -> bool:
    """Whether retention becomes shorter.

    0 means forever for logs and none for backups, so any change from or to 0 counts.
    """
    if before == after:
        return False
    if not isinstance(before, int | float) or not isinstance(after, int | float):
        return before is not None
    return before == 0 or after < before


def _expires_earlier(before: Any, after: Any) -> bool:
    if after in (None, 0, "") or before == after:
        return False
    if isinstance(before, int | float) and isinstance(after, int | float) and before:
        return after < before
    return True


def _differs(before: Any, after: Any) -> bool:
    return before != after and after not in (None, False, "")


_RULES: tuple[tuple[re.Pattern[str], Callable[[Any, Any], bool], str], ...] = (
    (_SWITCHED_ON, _turned_off, "protection"),
    (_SWITCHED_OFF, _turned_on, "protection"),
    (_VERSIONING, _turned_off, "protection"),
    (_KEPT_FOR, _shorter, "data"),
    (_EXPIRY, _expires_earlier, "data"),
    (_TTL, _differs, "data"),
)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each value below `value` with its path, as in `ttl.0.enabled`."""
    match value:
        case Mapping():
            for key, each in value.items():
                yield from _leaves(each, f"{path}.{key}" if path else str(key))
        case list():
            for index, each in enumerate(value):
                yield from _leaves(each, f"{path}.{index}")
        case _:
            yield path, value
