"""Every resource has its alarms; the resources are read from the synthesized Terraform."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest

from modules.alarm_topic import AlarmTopic
from modules.cache import CacheMode
from modules.observability import DashboardMetrics, FleetDashboard
from stacks.settings.model import MAX_REGIONS_WITH_ALARMS
from tests.support.synthesis import CHANGED, EVERYTHING, Body, Shop, Stack, construct, shop

REGIONS = ["eu-west-1", "ap-southeast-1", "us-west-2"]


@pytest.fixture(scope="module", params=REGIONS)
def region(request: pytest.FixtureRequest) -> Stack:
    return shop(regions=REGIONS)[request.param]


def alarms(stack: Stack) -> Iterator[Body]:
    for alarm in stack.resources("aws_cloudwatch_metric_alarm"):
        yield alarm.body


def alarms_of_region(of: Shop, name: str) -> Iterator[Body]:
    """The alarms that all stacks have in a region."""
    for stack in of.stacks.values():
        yield from (alarm for alarm in alarms(stack) if region_of(stack, alarm) == name)


def watches(found: Iterable[Body], namespace: str, metric: str, dimensions: Mapping[str, str]) -> bool:
    return any(
        (alarm.get("namespace"), alarm.get("metric_name")) == (namespace, metric)
        and dimensions.items() <= alarm["dimensions"].items()
        for alarm in found
    )


def watched(stack: Stack, namespace: str, metric: str, **dimensions: str) -> bool:
    return watches(alarms(stack), namespace, metric, dimensions)


def test_function_has_error_and_throttle_alarms(region: Stack) -> None:
    functions = [function.body["function_name"] for function in region.resources("aws_lambda_function")]
    assert functions
    for name in functions:
        for metric in ("Errors", "Throttles"):
            assert watched(region, "AWS/Lambda", metric, FunctionName=name), (name, metric)


def scheduled_functions(stack: Stack) -> Iterator[Body]:
    """Functions that a schedule of the stack invokes."""
    rules = {
        f"${{{rule.address}.name}}"
        for rule in stack.resources("aws_cloudwatch_event_rule")
        if "schedule_expression" in rule.body
    }
    functions = {f"${{{each.address}.arn}}": each.body for each in stack.resources("aws_lambda_function")}
    for target in stack.resources("aws_cloudwatch_event_target"):
        if target.body["rule"] in rules:
            yield functions[target.body["arn"]]


def test_scheduled_function_has_alarms() -> None:
    of = shop(regions=REGIONS)
    scheduled = [
        (region_of(stack, function), function)
        for stack in of.stacks.values()
        for function in scheduled_functions(stack)
    ]
    names = {function["function_name"].removeprefix("bookstore-prod-") for _, function in scheduled}
    assert names == {"accounts-cleaner", "bestsellers-rebuild", "search-builder", "stock"}
    for name, function in scheduled:
        for metric in ("Errors", "Throttles"):
            dimensions = {"FunctionName": function["function_name"]}
            assert watches(alarms_of_region(of, name), "AWS/Lambda", metric, dimensions), dimensions


def test_stream_reader_has_iterator_age_alarm(region: Stack) -> None:
    for mapping in region.resources("aws_lambda_event_source_mapping"):
        function = re.match(r"\$\{aws_lambda_function\.([\w-]+)\.", mapping.body["function_name"])
        assert function
        name = region.document["resource"]["aws_lambda_function"][function[1]]["function_name"]
        assert watched(region, "AWS/Lambda", "IteratorAge", FunctionName=name)


def test_queue_has_alarm_for_messages() -> None:
    of = shop(regions=REGIONS)
    queues = [
        (region_of(stack, queue.body), queue.body["name"])
        for stack in of.stacks.values()
        for queue in stack.resources("aws_sqs_queue")
    ]
    assert {name for name, _ in queues} == set(REGIONS)
    for name, queue in queues:
        metric = "ApproximateNumberOfMessagesVisible"
        assert watches(alarms_of_region(of, name), "AWS/SQS", metric, {"QueueName": queue}), queue


def test_table_has_throttle_and_replication_alarms(region: Stack) -> None:
    tables = [table.body["name"] for table in shop(regions=REGIONS)["global"].resources("aws_dynamodb_table")]
    assert tables
    for table in tables:
        for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
            assert computed_with(region, metric, TableName=table)
        queries = [
            query.get("expression", "") for alarm in alarms(region) for query in alarm.get("metric_query", [])
        ]
        assert any("ReplicationLatency" in query and f"'{table}'" in query for query in queries)


def test_alarms_of_dynamodb_replace_missing_data(region: Stack) -> None:
    """CloudWatch ignores `treat_missing_data` of alarms on metrics of AWS/DynamoDB."""
    replaced = 0
    for alarm in alarms(region):
        assert alarm.get("namespace") != "AWS/DynamoDB", alarm["alarm_name"]
        *inputs, answer = alarm.get("metric_query", [{}])
        assert "AWS/DynamoDB" not in answer.get("expression", ""), alarm["alarm_name"]
        for each in inputs:
            if "AWS/DynamoDB" in json.dumps(each).replace("\\", ""):
                assert f"FILL({each['id']}, 0)" in answer["expression"], alarm["alarm_name"]
                assert not each.get("return_data")
                replaced += 1
    assert replaced


def test_api_has_error_and_latency_alarms(region: Stack) -> None:
    for api in region.resources("aws_api_gateway_rest_api"):
        assert watched(region, "AWS/ApiGateway", "5XXError", ApiName=api.body["name"])
        assert watched(region, "AWS/ApiGateway", "Latency", ApiName=api.body["name"])


def test_global_index_has_throttle_alarm(region: Stack) -> None:
    tables = shop(regions=REGIONS)["global"].resources("aws_dynamodb_table")
    indexes = [
        (table.body["name"], index["name"])
        for table in tables
        for index in table.body.get("global_secondary_index", [])
    ]
    assert indexes
    for table, index in indexes:
        for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
            dimensions = {"TableName": table, "GlobalSecondaryIndexName": index}
            assert computed_with(region, metric, **dimensions), (table, index)


def test_region_has_alarm_for_missing_orders(region: Stack) -> None:
    assert computed_with(region, "OrdersPlaced", shop="bookstore-prod")
    assert computed_with(region, "Invocations", FunctionName="bookstore-prod-cart")


def test_unreadable_stream_records_have_alarms(region: Stack) -> None:
    """The metrics of `bestsellers.feeder` and `stock.handler`."""
    for metric in ("UnreadableRecords", "StockRecordsUnreadable"):
        assert watched(region, "Bookstore", metric, shop="bookstore-prod")


def test_region_has_alarm_for_429(region: Stack) -> None:
    """The access log writes the status as a string."""
    counted = region.only("aws_cloudwatch_log_metric_filter")
    assert counted["pattern"] == '{ $.status = "429" }'
    (transformation,) = [counted["metric_transformation"]]
    assert watched(region, transformation["namespace"], "TooManyRequests")


def test_region_has_alarm_for_silent_replication(region: Stack) -> None:
    silent = region.find(
        "aws_cloudwatch_composite_alarm", alarm_name="bookstore-prod-replication-silent"
    ).body
    parts = {
        alarm["alarm_name"]: alarm
        for alarm in alarms(region)
        if f'"{alarm["alarm_name"]}"' in silent["alarm_rule"]
    }
    assert " AND " in silent["alarm_rule"]
    assert len(parts) == 2
    query, _ = parts["bookstore-prod-replication-not-measured"]["metric_query"]
    assert "COUNT(ReplicationLatency)" in query["expression"]
    assert parts["bookstore-prod-replication-not-measured"]["treat_missing_data"] == "breaching"
    assert parts["bookstore-prod-orders-are-placed"]["metric_name"] == "OrdersPlaced"


def test_single_region_has_no_replication_alarm() -> None:
    (composite,) = shop(regions=["us-east-1"])["us-east-1"].resources("aws_cloudwatch_composite_alarm")
    assert "replication" not in composite.body["alarm_name"]


def test_region_has_alarms_for_cognito_throttles(region: Stack) -> None:
    assert watched(region, "AWS/Cognito", "SignInThrottles")
    assert watched(region, "AWS/Cognito", "TokenRefreshThrottles")


def certificates(of: Shop) -> Iterator[tuple[str, str]]:
    """Each certificate of a shop: its region, and its ARN as its own stack refers to it."""
    for stack in of.stacks.values():
        for certificate in stack.resources("aws_acm_certificate"):
            yield region_of(stack, certificate.body), f"${{{certificate.address}.arn}}"


def region_of(stack: Stack, body: Body) -> str:
    """Region of a resource, from its provider."""
    (region,) = [
        provider["region"]
        for provider in stack.document["provider"]["aws"]
        if body.get("provider", "aws") == ".".join(["aws", *filter(None, [provider.get("alias")])])
    ]
    return str(region)


def resolved_output(of: Shop, reference: str) -> str:
    """Value of another stack's output if a reference leads to one; else the reference."""
    output = re.search(r"\.outputs\.([\w-]+)\}$", reference)
    values = [
        stack.document["output"][output[1]]["value"]
        for stack in of.stacks.values()
        if output and output[1] in stack.document.get("output", {})
    ]
    return str(values[0]) if values else reference


def certificates_watched(of: Shop) -> list[tuple[str, str]]:
    """Regions of alarms for the end of a certificate, and the certificates' ARNs."""
    return [
        (region_of(stack, alarm), resolved_output(of, alarm["dimensions"]["CertificateArn"]))
        for stack in of.stacks.values()
        for alarm in alarms(stack)
        if (alarm.get("namespace"), alarm.get("metric_name")) == ("AWS/CertificateManager", "DaysToExpiry")
    ]


@pytest.mark.parametrize("regions", [REGIONS, ["us-east-1", "eu-west-1"]])
def test_certificate_has_expiry_alarm_in_its_region(regions: list[str]) -> None:
    of = shop(regions=regions)
    there = list(certificates(of))
    assert len(there) == len(regions) + 1, "CloudFront's too"
    assert sorted(certificates_watched(of)) == sorted(there)


def test_unused_certificate_has_no_alarm() -> None:
    watched = certificates_watched(shop(features={"storefront": False}))
    assert sorted(region for region, _ in watched) == ["ap-southeast-1", "eu-west-1"]


def test_alarm_names_are_unique_in_region() -> None:
    names = [
        (region_of(stack, alarm), alarm["alarm_name"])
        for stack in shop(regions=["us-east-1", "eu-west-1"]).stacks.values()
        for alarm in alarms(stack)
    ]
    assert len(names) == len(set(names))


def test_serverless_cache_has_alarms() -> None:
    stack = shop()["eu-west-1"]
    (cache,) = stack.resources("aws_elasticache_serverless_cache")
    for metric in ("BytesUsedForCache", "Evictions"):
        assert watched(stack, "AWS/ElastiCache", metric, clusterId=cache.body["name"])


def test_cache_nodes_have_alarms() -> None:
    stack = shop(**CHANGED)["eu-west-1"]
    (cache,) = stack.resources("aws_elasticache_replication_group")
    for number in range(1, cache.body["num_cache_clusters"] + 1):
        node = f"{cache.body['replication_group_id']}-{number:03}"
        for metric in ("DatabaseMemoryUsagePercentage", "Evictions"):
            assert watched(stack, "AWS/ElastiCache", metric, CacheClusterId=node)


@pytest.fixture(scope="module", params=REGIONS)
def with_blog(request: pytest.FixtureRequest) -> Stack:
    return shop(**EVERYTHING, regions=REGIONS)[f"{request.param}-blog"]


def formulas(stack: Stack) -> Iterator[tuple[str, Body]]:
    """Every metric that an alarm computes with, and what it computes."""
    for alarm in alarms(stack):
        queries = alarm.get("metric_query", [])
        (expression,) = [query["expression"] for query in queries if query.get("return_data")] or [""]
        for query in queries:
            if metric := query.get("metric"):
                yield expression, metric


def computed_with(stack: Stack, metric: str, **dimensions: str) -> bool:
    return any(
        each["metric_name"] == metric and each["dimensions"] == dimensions for _, each in formulas(stack)
    )


def test_load_balancer_has_5xx_alarm(with_blog: Stack) -> None:
    balancers = with_blog.resources("aws_lb")
    assert balancers
    for balancer in balancers:
        dimensions = {"LoadBalancer": f"${{{balancer.address}.arn_suffix}}"}
        for metric in ("HTTPCode_ELB_5XX_Count", "HTTPCode_Target_5XX_Count", "RequestCount"):
            assert computed_with(with_blog, metric, **dimensions)


def test_target_group_has_unhealthy_alarm(with_blog: Stack) -> None:
    groups = with_blog.resources("aws_lb_target_group")
    assert groups
    for group in groups:
        suffix = f"${{{group.address}.arn_suffix}}"
        assert watched(with_blog, "AWS/ApplicationELB", "UnHealthyHostCount", TargetGroup=suffix)


def test_service_has_alarm_for_missing_tasks(with_blog: Stack) -> None:
    (cluster,) = with_blog.resources("aws_ecs_cluster")
    (service,) = with_blog.resources("aws_ecs_service")
    assert cluster.body["setting"] == [{"name": "containerInsights", "value": "disabled"}], "its metrics cost"
    of = {"ClusterName": f"${{{cluster.address}.name}}", "ServiceName": f"${{{service.address}.name}}"}
    assert watched(with_blog, "AWS/ECS", "CPUUtilization", **of)
    (alarm,) = [each for each in alarms(with_blog) if each["alarm_name"].endswith("blog-missing-tasks")]
    assert (alarm["statistic"], alarm["threshold"]) == ("SampleCount", 2)
    assert alarm["treat_missing_data"] == "breaching", "no task, no sample"


def test_database_has_load_and_lag_alarms(with_blog: Stack) -> None:
    clusters = with_blog.resources("aws_rds_cluster")
    assert clusters
    for cluster in clusters:
        name = cluster.body["cluster_identifier"]
        for metric in ("CPUUtilization", "ACUUtilization"):
            assert watched(with_blog, "AWS/RDS", metric, DBClusterIdentifier=name)
        queries = [
            query.get("expression", "")
            for alarm in alarms(with_blog)
            for query in alarm.get("metric_query", [])
        ]
        assert any("AuroraGlobalDBReplicationLag" in query and f"'{name}'" in query for query in queries)


def test_expression_names_defined_metrics(with_blog: Stack) -> None:
    for alarm in alarms(with_blog):
        queries = alarm.get("metric_query", [])
        ids = {query["id"] for query in queries if "metric" in query}
        for query in queries:
            if ids and "expression" in query:
                assert set(re.findall(r"\b[a-z]\w*", query["expression"])) == ids


def unhealthy(region: Stack) -> Body:
    return region.find("aws_cloudwatch_composite_alarm", alarm_name="bookstore-prod-region-unhealthy").body


def test_blog_alarms_do_not_affect_region_health() -> None:
    region = shop(**EVERYTHING, regions=REGIONS)["eu-west-1"]
    assert "blog" not in unhealthy(region)["alarm_rule"]


@pytest.mark.parametrize("short_name", [*REGIONS, "edge"])
def test_alarm_notifies_topic_of_its_region(short_name: str) -> None:
    of = shop(regions=REGIONS)
    stack = of[short_name]
    owner = stack if short_name == "edge" else of[f"{short_name}-common"]
    (topic,) = owner.resources("aws_sns_topic")
    topic_arn = [f"${{{topic.address}.arn}}"]
    composites = [each.body for each in stack.resources("aws_cloudwatch_composite_alarm")]
    silent = {"bookstore-prod-orders-are-placed", "bookstore-prod-replication-not-measured"}
    for alarm in [*alarms(stack), *composites]:
        if alarm["alarm_name"] in silent:
            assert "alarm_actions" not in alarm, "it is a part of a composite alarm"
            continue
        assert region_of(stack, alarm) == region_of(owner, topic.body)
        for action in ("alarm_actions", "ok_actions"):
            assert [resolved_output(of, arn) for arn in alarm[action]] == topic_arn
        assert alarm["alarm_description"]


def metrics_of(alarm: Body) -> set[str]:
    """Names of the metrics that an alarm watches or computes with."""
    queries = alarm.get("metric_query", [{"metric": alarm}])
    return {
        query["metric"]["metric_name"]
        if "metric" in query
        else "".join(re.findall(r"\((\w+)\) FROM", query["expression"]))
        for query in queries
    }


def test_region_alarm_covers_failures_shoppers_see(region: Stack) -> None:
    rule = unhealthy(region)["alarm_rule"]
    by_name = {alarm["alarm_name"]: metrics_of(alarm) for alarm in alarms(region)}
    named = re.findall(r'ALARM\("([^"]+)"\)', rule)
    assert set(named) <= by_name.keys()
    covered = {metric for name in named for metric in by_name[name]}
    assert {"5XXError", "Latency", "Errors", "WriteThrottleEvents"} <= covered
    assert not {"IteratorAge", "DaysToExpiry", "ReplicationLatency"} & covered


def test_app_alarm_requires_all_regions() -> None:
    edge = shop(regions=REGIONS)["edge"]
    alarm = edge.only("aws_cloudwatch_composite_alarm")
    assert alarm["provider"] == "aws.us-east-1", (
        "Route 53 reports there, and an alarm sees its own region only"
    )
    health = {each["alarm_name"] for each in alarms(edge) if each["namespace"] == "AWS/Route53"}
    assert set(re.findall(r'ALARM\("([^"]+)"\)', alarm["alarm_rule"])) == health
    assert len(health) == len(REGIONS)
    assert alarm["alarm_rule"].count(" AND ") == len(REGIONS) - 1


def test_emails_are_subscribed_in_every_region() -> None:
    stacks = shop(**CHANGED)
    for short_name in ("eu-west-1-common", "ap-southeast-1-common", "edge"):
        subscriptions = [each.body for each in stacks[short_name].resources("aws_sns_topic_subscription")]
        topics = stacks[short_name].resources("aws_sns_topic")
        assert topics
        for topic in topics:
            emails = [
                each["endpoint"] for each in subscriptions if each["topic_arn"] == f"${{{topic.address}.arn}}"
            ]
            assert sorted(emails) == CHANGED["observability"]["emails"], topic.address


def test_removed_email_keeps_other_subscriptions() -> None:
    def addresses(*emails: str) -> dict[str, str]:
        stack = construct(lambda stack: AlarmTopic(stack, "topic", name="books-alarms", emails=emails))
        return {each.body["endpoint"]: each.address for each in stack.resources("aws_sns_topic_subscription")}

    both = addresses("a@example.com", "b@example.com")
    assert addresses("b@example.com") == {"b@example.com": both["b@example.com"]}


def test_sampling_and_retention_follow_settings() -> None:
    stack = shop(**CHANGED)["eu-west-1"]
    assert stack.find("aws_xray_sampling_rule", url_path="*").body["fixed_rate"] == 0.5
    kept = {
        group.body["name"]: group.body["retention_in_days"]
        for group in stack.resources("aws_cloudwatch_log_group")
    }
    assert kept["/aws/lambda/bookstore-prod-orders"] == 365


def test_every_log_group_has_retention(with_blog: Stack) -> None:
    groups = {group.body["name"]: group.address for group in with_blog.resources("aws_cloudwatch_log_group")}
    for limits in with_blog.resources("aws_api_gateway_method_settings"):
        name = f"API-Gateway-Execution-Logs_{limits.body['rest_api_id']}/live"
        assert groups[name] in limits.body["depends_on"], "it is there before API Gateway makes it"
    for database in with_blog.resources("aws_rds_cluster"):
        for kind in database.body["enabled_cloudwatch_logs_exports"]:
            name = f"/aws/rds/cluster/{database.body['cluster_identifier']}/{kind}"
            assert groups[name] in database.body["depends_on"]


def test_alarms_can_be_disabled() -> None:
    for stack in shop(features={"alarms": False}).stacks.values():
        assert not stack.resources("aws_cloudwatch_metric_alarm")
        assert not stack.resources("aws_cloudwatch_dashboard")


def test_api_and_functions_are_traced(region: Stack) -> None:
    assert region.only("aws_api_gateway_stage")["xray_tracing_enabled"] is True
    for function in region.resources("aws_lambda_function"):
        assert function.body["tracing_config"] == {"mode": "Active"}


def widgets(regions: list[str], cache_mode: CacheMode = "serverless") -> list[dict[str, Any]]:
    stack = construct(
        lambda scope: FleetDashboard(
            scope,
            "dashboard",
            name="shop",
            regions=regions,
            metrics=DashboardMetrics(
                stage="live",
                tables={short: f"shop-{short}" for short in ("books", "cart", "orders", "stock")},
                feeder="shop-feeder",
                cache="shop-cache",
                cache_mode=cache_mode,
            ),
        )
    )
    found: list[dict[str, Any]] = json.loads(stack.only("aws_cloudwatch_dashboard")["dashboard_body"])[
        "widgets"
    ]
    return found


def test_dashboard_row_has_same_metric_per_region() -> None:
    regional = [each for each in widgets(REGIONS) if each["properties"]["title"].startswith(tuple(REGIONS))]
    rows: dict[int, list[dict[str, Any]]] = {}
    for widget in regional:
        rows.setdefault(widget["y"], []).append(widget)
    for row in rows.values():
        assert [widget["properties"]["region"] for widget in row] == REGIONS
        assert len({json.dumps(widget["properties"]["metrics"]) for widget in row}) == 1


@pytest.mark.parametrize(
    ("mode", "nodes"),
    [
        ("serverless", [["clusterId", "shop-cache"]]),
        ("replicated", [["CacheClusterId", "shop-cache-001"], ["CacheClusterId", "shop-cache-002"]]),
    ],
)
def test_dashboard_uses_deployed_cache_kind(mode: CacheMode, nodes: list[list[str]]) -> None:
    (redis,) = [each for each in widgets(REGIONS[:1], mode) if "Redis" in each["properties"]["title"]]
    assert [line[2:4] for line in redis["properties"]["metrics"]] == nodes


@pytest.mark.parametrize("count", [1, 2])
def test_dashboard_widgets_have_metrics(count: int) -> None:
    found = widgets(REGIONS[:count])
    assert all(widget["properties"]["metrics"] for widget in found)
    titles = [widget["properties"]["title"] for widget in found]
    assert ("Replication of orders, ms" in titles) is (count > 1)


def test_dashboard_of_most_regions_fits_cloudwatch() -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"""
    found = widgets([f"region-{number}" for number in range(MAX_REGIONS_WITH_ALARMS)])
    metrics = [len(widget["properties"]["metrics"]) for widget in found]
    assert max(metrics) <= 500
    assert sum(metrics) <= 2500
    assert len(found) <= 500


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 9])
def test_dashboard_widgets_do_not_overlap(count: int) -> None:
    cells = [
        (x, y)
        for widget in widgets([f"region-{number}" for number in range(count)])
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
