import json

from modules.observability.alarm_catalog import ITERATOR_AGE_MS
from tests.support.synthesis import CHANGED, LOCAL, Body, Resource, Stack, shop

IN_THE_NETWORK = ("bestsellers", "bestsellers-feeder", "bestsellers-rebuild")


def function(stack: Stack, name: str, deployment: str = "bookstore-prod") -> Resource:
    return stack.find("aws_lambda_function", function_name=f"{deployment}-{name}")


def redis_url(stack: Stack, name: str, deployment: str = "bookstore-prod") -> str:
    url: str = function(stack, name, deployment).body["environment"]["variables"]["REDIS_URL"]
    return url


def feeder_mapping(stack: Stack) -> Body:
    """The event source mapping of the feeder."""
    (mapping,) = [
        each.body
        for each in stack.resources("aws_lambda_event_source_mapping")
        if "bestsellers" in each.body["function_name"]
    ]
    return mapping


def test_feeder_reads_new_orders_of_own_region() -> None:
    region = shop()["eu-west-1"]
    (orders,) = [each for each in region.data("aws_dynamodb_table") if "orders" in each.id]
    mapping = feeder_mapping(region)
    assert mapping["event_source_arn"] == f"${{data.{orders.address}.stream_arn}}"
    (pattern,) = mapping["filter_criteria"]["filter"]
    assert json.loads(pattern["pattern"]) == {"eventName": ["INSERT"]}


def test_failing_batch_is_retried_then_kept() -> None:
    region = shop()["eu-west-1"]
    mapping = feeder_mapping(region)
    assert mapping["bisect_batch_on_function_error"] is True
    assert mapping["batch_size"] == 100
    assert mapping["maximum_retry_attempts"] == -1, "retries are limited by age"
    queue = region.find("aws_sqs_queue", name="bookstore-prod-bestsellers-dead-letters")
    assert mapping["destination_config"]["on_failure"]["destination_arn"] == f"${{{queue.address}.arn}}"
    assert queue.body["message_retention_seconds"] == 14 * 24 * 3600


def test_stream_record_is_retried_until_stream_drops_it() -> None:
    oldest = feeder_mapping(shop()["eu-west-1"])["maximum_record_age_in_seconds"]
    assert 22 * 3600 < oldest < 24 * 3600, "no schedule counts it later; a stream keeps it for 24 hours"
    assert oldest * 1000 > 100 * ITERATOR_AGE_MS, "the alarm is on long before"


def test_mapping_starts_at_oldest_record() -> None:
    assert feeder_mapping(shop()["eu-west-1"])["starting_position"] == "TRIM_HORIZON"


def test_cache_is_limited_serverless_valkey() -> None:
    cache = shop()["eu-west-1"].only("aws_elasticache_serverless_cache")
    assert cache["engine"] == "valkey"
    (limits,) = cache["cache_usage_limits"]
    assert limits["data_storage"][0]["maximum"] <= 1
    assert limits["ecpu_per_second"][0]["maximum"] <= 5000


def test_replicated_cache_is_multi_az_encrypted() -> None:
    region = shop(**CHANGED)["eu-west-1"]
    assert not region.resources("aws_elasticache_serverless_cache")
    group = region.only("aws_elasticache_replication_group")
    assert group["engine"] == "valkey"
    assert group["num_cache_clusters"] == 2
    assert group["multi_az_enabled"] is True
    assert group["automatic_failover_enabled"] is True
    assert group["transit_encryption_enabled"] is True
    assert group["at_rest_encryption_enabled"] == "true"


def test_redis_url_uses_tls() -> None:
    for settings in ({}, CHANGED):
        for name in IN_THE_NETWORK:
            url = redis_url(shop(**settings)["eu-west-1"], name)
            assert url.startswith("rediss://${aws_elasticache_")
            assert url.endswith(":6379/0")


def test_local_regions_have_separate_redis() -> None:
    urls = {
        redis_url(shop(**LOCAL)[region], "bestsellers", "bookstore-local")
        for region in ("eu-west-1", "ap-southeast-1")
    }
    assert urls == set(LOCAL["local"]["redis"].values())


def test_only_redis_clients_join_network() -> None:
    functions = shop()["eu-west-1"].resources("aws_lambda_function")
    inside = {each.body["function_name"] for each in functions if "vpc_config" in each.body}
    assert inside == {f"bookstore-prod-{name}" for name in IN_THE_NETWORK}


def test_schedule_rebuilds_lost_bestsellers() -> None:
    region = shop()["eu-west-1"]
    rebuild = function(region, "bestsellers-rebuild")
    assert rebuild.body["timeout"] == 900
    (target,) = [each for each in region.resources("aws_cloudwatch_event_target") if "bestsellers" in each.id]
    assert target.body["arn"] == f"${{{rebuild.address}.arn}}"
    assert json.loads(target.body["input"]) == {"onlyIfMissing": True}
    (failures,) = [
        each
        for each in region.resources("aws_lambda_function_event_invoke_config")
        if "bestsellers" in each.id
    ]
    assert failures.body["destination_config"]


def test_only_rebuild_may_scan_orders() -> None:
    region = shop()["eu-west-1"]
    documents = {each.id: each.body["statement"] for each in region.data("aws_iam_policy_document")}

    def actions(part: str) -> set[str]:
        return {
            action
            for id, statements in documents.items()
            if part in id
            for statement in statements
            for action in statement["actions"]
        }

    assert "dynamodb:Scan" in actions("bestsellers-rebuild_permissions")
    assert "dynamodb:Scan" not in actions("bestsellers-feeder_permissions")
    assert "sqs:SendMessage" in actions("bestsellers-feeder_permissions")
