"""The review gate: nothing that is applied is called unchanged, and each loss stops."""

from typing import Any

import pytest

from ops.planning.changes import changes_of, losses
from ops.planning.markdown import StackSummary
from tests.support.plans import plan, resource

Plan = dict[str, Any]


def update(address: str, before: object, after: object, **more: object) -> Plan:
    return plan(resource(address, "update", before=before, after=after, **more)) | {"applyable": True}


def gone(address: str, *actions: str) -> Plan:
    return plan(resource(address, *actions)) | {"applyable": True}


IMPORT = resource("aws_dynamodb_table.books", "no-op", importing={"id": "books"})
MOVED = resource("aws_s3_bucket.new", "no-op") | {"previous_address": "aws_s3_bucket.old"}
DRIFTED = resource("aws_sqs_queue.q", "update", before={"tags": 1}, after={"tags": 2})
PITR_ON, PITR_OFF = [{"enabled": True}], [{"enabled": False}]

NAMED: dict[str, tuple[Plan, str]] = {
    "import only": (plan(IMPORT) | {"applyable": True}, "1 imported"),
    "moved only": (plan(MOVED) | {"applyable": True}, "1 moved"),
    "outputs only": (
        plan() | {"applyable": True, "output_changes": {"api_id": {"actions": ["update"]}}},
        "1 changed",
    ),
    "drift only": (plan() | {"applyable": True, "resource_drift": [DRIFTED]}, "1 drifted"),
    "deferred": (
        plan() | {"applyable": True, "deferred_changes": [{"reason": "x", "resource_change": DRIFTED}]},
        "1 deferred",
    ),
    "forget": (gone("aws_sqs_queue.q", "forget"), "1 forgotten"),
}
"""Plans that change something and lose nothing, with their headline."""

STOPS: dict[str, Plan] = {
    "create and forget": gone("aws_dynamodb_table.orders", "create", "forget"),
    "deletion protection off": update(
        "aws_dynamodb_table.orders",
        {"deletion_protection_enabled": True},
        {"deletion_protection_enabled": False},
    ),
    "user pool protection off": update(
        "aws_cognito_user_pool.p", {"deletion_protection": "ACTIVE"}, {"deletion_protection": "INACTIVE"}
    ),
    "balancer protection off": update(
        "aws_lb.b", {"enable_deletion_protection": True}, {"enable_deletion_protection": False}
    ),
    "pitr off": update(
        "aws_dynamodb_table.t", {"point_in_time_recovery": PITR_ON}, {"point_in_time_recovery": PITR_OFF}
    ),
    "pitr block removed": update(
        "aws_dynamodb_table.t", {"point_in_time_recovery": PITR_ON}, {"point_in_time_recovery": []}
    ),
    "pitr known after apply": update(
        "aws_dynamodb_table.t",
        {"point_in_time_recovery": PITR_ON},
        {},
        after_unknown={"point_in_time_recovery": True},
    ),
    "ttl added": update(
        "aws_dynamodb_table.t", {"ttl": []}, {"ttl": [{"attribute_name": "createdAt", "enabled": True}]}
    ),
    "ttl on another attribute": update(
        "aws_dynamodb_table.t",
        {"ttl": [{"attribute_name": "expiresAt", "enabled": True}]},
        {"ttl": [{"attribute_name": "createdAt", "enabled": True}]},
    ),
    "bucket expires": update(
        "aws_s3_bucket_lifecycle_configuration.l",
        {"rule": [{"id": "a", "expiration": []}]},
        {"rule": [{"id": "a", "expiration": [{"days": 1}]}]},
    ),
    "expiry added to an existing bucket": plan(
        resource(
            "aws_s3_bucket_lifecycle_configuration.l",
            "create",
            after={"bucket": "uploads", "rule": [{"expiration": [{"days": 1}]}]},
        )
    ),
    "versioning suspended": update(
        "aws_s3_bucket_versioning.v",
        {"versioning_configuration": [{"status": "Enabled"}]},
        {"versioning_configuration": [{"status": "Suspended"}]},
    ),
    "versioning removed": gone("aws_s3_bucket_versioning.v", "delete"),
    "public access allowed": update(
        "aws_s3_bucket_public_access_block.b", {"block_public_policy": True}, {"block_public_policy": False}
    ),
    "backups kept for less time": update(
        "aws_rds_cluster.c", {"backup_retention_period": 14}, {"backup_retention_period": 1}
    ),
    "no final snapshot": update(
        "aws_rds_cluster.c", {"skip_final_snapshot": False}, {"skip_final_snapshot": True}
    ),
    "bucket may be destroyed full": update(
        "aws_s3_bucket.b", {"force_destroy": False}, {"force_destroy": True}
    ),
    "logs kept for less time": update(
        "aws_cloudwatch_log_group.g", {"retention_in_days": 0}, {"retention_in_days": 7}
    ),
    "zone replaced": gone("aws_route53_zone.zone", "delete", "create"),
    "record removed": gone("aws_route53_record.api", "delete"),
    "distribution replaced": gone("aws_cloudfront_distribution.d", "create", "delete"),
    "secret deleted": gone("aws_secretsmanager_secret.s", "delete"),
    "images deleted": gone("aws_ecr_repository.r", "delete"),
    "source deleted": gone("aws_codecommit_repository.r", "delete"),
    "firewall removed": gone("aws_wafv2_web_acl_association.a", "delete"),
    "unknown action": gone("aws_sqs_queue.q", "transmute"),
    "unknown combination": gone("aws_sqs_queue.q", "update", "forget"),
    "unknown part": plan() | {"action_invocations": [{"address": "action.x"}], "applyable": True},
    "another format": plan() | {"format_version": "2.0"},
    "incomplete plan": plan() | {"errored": True},
    "applyable without a reason": plan() | {"applyable": True},
    "deferred loss": plan()
    | {"deferred_changes": [{"resource_change": resource("aws_dynamodb_table.t", "delete")}]},
}


@pytest.mark.parametrize("case", NAMED)
def test_changes_without_loss_are_named(case: str) -> None:
    found, headline = NAMED[case]
    changes = changes_of(found)
    assert headline in StackSummary("s", changes).markdown()
    assert not losses(changes)


@pytest.mark.parametrize("case", STOPS)
def test_losses_stop(case: str) -> None:
    changes = changes_of(STOPS[case])
    stopping = losses(changes)
    assert stopping
    assert all(change.loss for change in stopping)
    text = StackSummary("s", changes).markdown()
    assert "nothing changes" not in text
    assert "[!CAUTION]" in text


def test_losses_name_every_protection() -> None:
    before = {"deletion_protection_enabled": True, "point_in_time_recovery": PITR_ON, "ttl": []}
    after = {
        "deletion_protection_enabled": False,
        "point_in_time_recovery": PITR_OFF,
        "ttl": [{"attribute_name": "createdAt", "enabled": True}],
    }
    (change,) = losses(changes_of(update("aws_dynamodb_table.orders", before, after)))
    for name in ("deletion_protection_enabled", "point_in_time_recovery.enabled", "ttl.attribute_name"):
        assert name in change.loss


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"deletion_protection_enabled": False}, {"deletion_protection_enabled": True}),
        ({"point_in_time_recovery": PITR_ON, "tags": 1}, {"point_in_time_recovery": PITR_ON, "tags": 2}),
        ({"retention_in_days": 7}, {"retention_in_days": 30}),
        ({"rule": [{"expiration": [{"days": 1}]}]}, {"rule": [{"expiration": [{"days": 30}]}]}),
    ],
)
def test_losses_omit_harmless_updates(before: object, after: object) -> None:
    assert not losses(changes_of(update("aws_dynamodb_table.t", before, after)))


def test_losses_omit_expiry_of_new_bucket() -> None:
    rule = {"rule": [{"expiration": [{"days": 1}]}]}
    created = resource(
        "aws_s3_bucket_lifecycle_configuration.l", "create", after=rule, after_unknown={"bucket": True}
    )
    assert not losses(changes_of(plan(created)))


def test_changes_name_each_action() -> None:
    changes = changes_of(
        plan(
            resource("aws_lambda_function.a", "create"),
            resource("aws_lambda_function.b", "update"),
            resource("aws_lambda_function.c", "delete"),
            resource("aws_lambda_function.d", "delete", "create"),
            resource("aws_lambda_function.e", "create", "delete"),
            resource("aws_lambda_function.f", "forget"),
            resource("aws_lambda_function.g", "no-op"),
        )
    )
    assert {change.address[-1]: change.action for change in changes} == {
        "a": "added",
        "b": "changed",
        "c": "destroyed",
        "d": "replaced",
        "e": "replaced",
        "f": "forgotten",
    }


def test_changes_omit_data_sources() -> None:
    read = resource("data.aws_region.here", "read") | {"mode": "data"}
    assert changes_of(plan(read)) == []


def test_changes_of_clean_plan_are_empty() -> None:
    quiet = plan(resource("aws_sqs_queue.q", "no-op"))
    assert changes_of(quiet | {"applyable": False, "complete": True, "errored": False}) == []


@pytest.mark.parametrize("actions", [("create",), ("update",), ("forget",)])
def test_losses_omit_kept_resources(actions: tuple[str, ...]) -> None:
    assert not losses(changes_of(plan(resource("aws_dynamodb_table.orders", *actions))))
