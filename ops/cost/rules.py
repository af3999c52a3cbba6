"""Monthly cost of an idle resource of each type."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ops.cost.prices import Prices
from ops.cost.synthesized import Resource

GLOBAL = "global"
"""Column for costs without a region."""


@dataclass(frozen=True)
class Cost:
    """USD a month for one kind of thing in one place."""

    kind: str
    place: str
    usd: float


CHECKERS = "Requests of the health checkers"
"""Kind of cost."""
CHECKERS_PER_REGION = 2
ALL_CHECKER_REGIONS = 8
HEALTH_SECONDS, HEALTH_GB = 0.01, 0.5
HEALTH_LOG_BYTES = 900
"""Assumptions for one health check: duration, memory, and lines of the function's and the API's log."""

METRICS_OF_A_METHOD = 5
"""Count, 4XXError, 5XXError, Latency and IntegrationLatency.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html"""
METRICS_OF_CONTAINER_INSIGHTS = 37
"""Of a cluster with one service: 10 metrics in 3 sets of dimensions, 2 of the cluster, 5 of the service.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html"""

Rule = Callable[[Resource, Prices], Iterable[Cost]]

FREE = frozenset(
    {
        "aws_acm_certificate",
        "aws_acm_certificate_validation",
        "aws_appautoscaling_policy",
        "aws_appautoscaling_target",
        "aws_budgets_budget",
        "aws_cloudfront_cache_policy",
        "aws_cloudfront_function",
        "aws_cloudfront_origin_access_control",
        "aws_cloudfront_response_headers_policy",
        "aws_cloudwatch_event_rule",
        "aws_cloudwatch_event_target",
        "aws_codedeploy_app",
        "aws_codedeploy_deployment_group",
        "aws_cognito_user_pool_client",
        "aws_db_subnet_group",
        "aws_default_security_group",
        "aws_dynamodb_resource_policy",
        "aws_ecr_lifecycle_policy",
        "aws_ecr_replication_configuration",
        "aws_ecs_cluster_capacity_providers",
        "aws_ecs_task_definition",
        "aws_efs_access_point",
        "aws_efs_mount_target",
        "aws_elasticache_parameter_group",
        "aws_elasticache_subnet_group",
        "aws_elasticache_user",
        "aws_elasticache_user_group",
        "aws_iam_policy",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_iam_role_policy_attachment",
        "aws_internet_gateway",
        "aws_kms_alias",
        "aws_kms_key_policy",
        "aws_lambda_alias",
        "aws_lambda_event_source_mapping",
        "aws_lambda_function_event_invoke_config",
        "aws_lambda_permission",
        "aws_lb_listener",
        "aws_lb_listener_rule",
        "aws_lb_target_group",
        "aws_codecommit_approval_rule_template",
        "aws_codecommit_approval_rule_template_association",
        "aws_codeconnections_connection",
        "aws_codestarconnections_connection",
        "aws_codestarnotifications_notification_rule",
        "aws_rds_cluster_parameter_group",
        "aws_rds_global_cluster",
        "aws_route",
        "aws_route53_record",
        "aws_route_table",
        "aws_route_table_association",
        "aws_scheduler_schedule",
        "aws_scheduler_schedule_group",
        "aws_secretsmanager_secret_policy",
        "aws_secretsmanager_secret_version",
        "aws_security_group",
        "aws_sns_topic_policy",
        "aws_sqs_queue_policy",
        "aws_subnet",
        "aws_vpc",
        "aws_vpc_security_group_egress_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_wafv2_web_acl_association",
        "aws_wafv2_web_acl_logging_configuration",
        "aws_xray_group",
        "aws_xray_sampling_rule",
        "random_password",
    }
)
"""Resource types that are free."""

FREE_FAMILIES = ("aws_api_gateway_", "aws_apigatewayv2_", "aws_s3_bucket_")
"""Resource types of an API (charged by request) and of a bucket (charged by GB)."""

BY_USE = frozenset(
    {
        "aws_cloudfront_distribution",
        "aws_cloudwatch_log_delivery",
        "aws_cloudwatch_log_delivery_destination",
        "aws_cloudwatch_log_delivery_source",
        "aws_cloudwatch_log_group",
        "aws_cloudwatch_log_metric_filter",
        "aws_codebuild_project",
        "aws_codecommit_repository",
        "aws_cognito_user_pool",
        "aws_dynamodb_table",
        "aws_dynamodb_table_replica",
        "aws_ecr_repository",
        "aws_efs_file_system",
        "aws_fis_experiment_template",
        "aws_flow_log",
        "aws_lambda_function",
        "aws_rds_cluster",
        "aws_s3_bucket",
        "aws_s3_object",
        "aws_sns_topic",
        "aws_sns_topic_subscription",
        "aws_sqs_queue",
    }
)
"""Resource types that are charged by request, storage or run time. Not counted: almost nothing in an idle bookstore."""


def is_classified(type_: str) -> bool:
    """Whether the type has a rule, is free, or is charged by use."""
    return type_ in RULES or type_ in FREE or type_ in BY_USE or type_.startswith(FREE_FAMILIES)


def costs_of(resource: Resource, prices: Prices) -> Iterable[Cost]:
    """Costs of one resource; empty if it is free or charged by use."""
    rule = RULES.get(resource.type)
    return rule(resource, prices) if rule else ()


def _alarm(resource: Resource, prices: Prices) -> Iterable[Cost]:
    queries = resource.config.get("metric_query") or [{"metric": {}}]
    # A query is charged for each metric that it returns; for replication latency, one for each receiving region.
    metrics = sum("metric" in query or query["expression"].startswith("SELECT") for query in queries)
    yield Cost("CloudWatch alarm", resource.region, metrics * prices.monthly("alarm"))


def _composite_alarm(resource: Resource, prices: Prices) -> Iterable[Cost]:
    yield Cost("CloudWatch composite alarm", resource.region, prices.monthly("composite_alarm"))


def _dashboard(_: Resource, prices: Prices) -> Iterable[Cost]:
    yield Cost("CloudWatch dashboard", GLOBAL, prices.monthly("dashboard"))


def _hosted_zone(_: Resource, prices: Prices) -> Iterable[Cost]:
    yield Cost("Route 53 zone", GLOBAL, prices.monthly("hosted_zone"))


def _health_check(resource: Resource, prices: Prices) -> Iterable[Cost]:
    config = resource.config
    options = (
        str(config["type"]).startswith("HTTPS"),
        int(config.get("request_interval") or 30) == 10,
        "STR_MATCH" in config["type"],
    )
    usd = prices.monthly("health_check") + sum(options) * prices.monthly("health_check_option")
    yield Cost("Route 53 health check", GLOBAL, usd)
    if requests := checker_requests(resource, prices.hours):
        yield Cost(CHECKERS, GLOBAL, requests * _request_usd(prices))


def checker_requests(resource: Resource, hours: int, *, regions: int | None = None) -> float:
    """Return the requests of one health check to an API in `hours`, from `regions` or as configured; 0 for others.

    With all eight regions, an endpoint receives about 16 requests in each interval, so two for each region:
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html
    """
    config = resource.config
    if not str(config.get("resource_path", "")).endswith("/health"):
        return 0
    checkers = CHECKERS_PER_REGION * (regions or len(config.get("regions") or range(ALL_CHECKER_REGIONS)))
    return checkers * hours * 3600 / int(config.get("request_interval") or 30)


def _request_usd(prices: Prices) -> float:
    """Price a checker's request to API Gateway and Lambda, and its log lines. It is not traced."""
    gb_seconds = HEALTH_SECONDS * HEALTH_GB
    return (
        prices.monthly("api_request_million") / 1e6
        + prices.monthly("lambda_request_million") / 1e6
        + gb_seconds * prices.monthly("lambda_gb_second")
        + HEALTH_LOG_BYTES / 1e9 * prices.monthly("log_gb")
    )


def _kms_key(resource: Resource, prices: Prices) -> Iterable[Cost]:
    yield Cost("KMS key", resource.region, prices.monthly("kms_key"))


def _secret(resource: Resource, prices: Prices) -> Iterable[Cost]:
    yield Cost("Secret", resource.region, prices.monthly("secret"))
    for replica in _listed(resource.config.get("replica")):
        yield Cost("Secret", replica["region"], prices.monthly("secret"))


def _web_acl(resource: Resource, prices: Prices) -> Iterable[Cost]:
    place = GLOBAL if resource.config["scope"] == "CLOUDFRONT" else resource.region
    rules = len(_listed(resource.config.get("rule")))
    yield Cost("WAF", place, prices.monthly("web_acl") + rules * prices.monthly("web_acl_rule"))


def is_regional_firewall(resource: Resource) -> bool:
    """Whether it is the web ACL of a region's API, which is charged by request too, also for health checks."""
    return resource.type == "aws_wafv2_web_acl" and resource.config["scope"] == "REGIONAL"


def _vpc_endpoint(resource: Resource, prices: Prices) -> Iterable[Cost]:
    if resource.config.get("vpc_endpoint_type", "Gateway") != "Interface":
        return
    zones = len(_listed(resource.config["subnet_ids"]))
    usd = zones * prices.monthly("vpc_endpoint_hour", region=resource.region)
    yield Cost("VPC interface endpoint", resource.region, usd)


def _nat_gateway(resource: Resource, prices: Prices) -> Iterable[Cost]:
    yield Cost("NAT gateway", resource.region, prices.monthly("nat_gateway_hour", region=resource.region))


def _elastic_ip(resource: Resource, prices: Prices) -> Iterable[Cost]:
    yield Cost("Public IPv4 address", resource.region, prices.monthly("public_ipv4_hour"))


def _serverless_cache(resource: Resource, prices: Prices) -> Iterable[Cost]:
    """The minimum charge is for 0.1 GB with Valkey and 1 GB with Redis OSS."""
    engine = str(resource.config["engine"])
    least_gb = 0.1 if engine == "valkey" else 1.0
    usd = least_gb * prices.monthly(f"{engine}_serverless_gb_hour", region=resource.region)
    yield Cost("ElastiCache Serverless", resource.region, usd)


def _replication_group(resource: Resource, prices: Prices) -> Iterable[Cost]:
    config = resource.config
    shards = int(config.get("num_node_groups") or 1)
    nodes = int(
        config.get("num_cache_clusters") or shards * (1 + int(config.get("replicas_per_node_group") or 0))
    )
    engine = config.get("engine") or "redis"
    node = prices.monthly(f"{engine}_node_hour", region=resource.region, kind=config["node_type"])
    yield Cost("ElastiCache nodes", resource.region, nodes * node)


def _load_balancer(resource: Resource, prices: Prices) -> Iterable[Cost]:
    config, region = resource.config, resource.region
    yield Cost("Load balancer", region, prices.monthly("load_balancer_hour", region=region))
    if not config.get("internal"):
        zones = len(_listed(config.get("subnets") or config.get("subnet_mapping")))
        yield Cost("Public IPv4 address", region, zones * prices.monthly("public_ipv4_hour"))


def _ecs_cluster(resource: Resource, prices: Prices) -> Iterable[Cost]:
    settings = {each["name"]: each["value"] for each in _listed(resource.config.get("setting"))}
    if settings.get("containerInsights", "disabled") != "disabled":
        usd = METRICS_OF_CONTAINER_INSIGHTS * prices.monthly("metric")
        yield Cost("Container Insights", resource.region, usd)


def _method_settings(resource: Resource, prices: Prices) -> Iterable[Cost]:
    """Price detailed metrics: one set for each method that is used."""
    if (resource.config.get("settings") or {}).get("metrics_enabled"):
        methods = len(resource.stack["resource"].get("aws_api_gateway_method", {}))
        usd = methods * METRICS_OF_A_METHOD * prices.monthly("metric")
        yield Cost("Metrics of the API's methods", resource.region, usd)


def _ecs_service(resource: Resource, prices: Prices) -> Iterable[Cost]:
    task, region = resource.referred("task_definition"), resource.region
    if task is None:
        return
    tasks = int(resource.config.get("desired_count") or 0)
    (platform,) = _listed(task.config.get("runtime_platform")) or [{}]
    architecture = str(platform.get("cpu_architecture", "X86_64")).lower()
    cpu = int(task.config["cpu"]) / 1024 * prices.monthly(f"fargate_{architecture}_vcpu_hour", region=region)
    memory = (
        int(task.config["memory"]) / 1024 * prices.monthly(f"fargate_{architecture}_gb_hour", region=region)
    )
    yield Cost("Fargate tasks", region, tasks * (cpu + memory))
    (network,) = _listed(resource.config.get("network_configuration")) or [{}]
    if network.get("assign_public_ip"):
        yield Cost("Public IPv4 address", region, tasks * prices.monthly("public_ipv4_hour"))


def _database_instance(resource: Resource, prices: Prices) -> Iterable[Cost]:
    kind, region = str(resource.config["instance_class"]), resource.region
    if kind != "db.serverless":
        usd = prices.monthly("aurora_instance_hour", region=region, kind=kind)
        yield Cost("Aurora instance", region, usd)
    elif cluster := resource.referred("cluster_identifier"):
        (scaling,) = _listed(cluster.config["serverlessv2_scaling_configuration"])
        unit = prices.monthly("aurora_capacity_unit_hour", region=region)
        yield Cost("Aurora Serverless, minimum capacity", region, float(scaling["min_capacity"]) * unit)


def _pipeline(resource: Resource, prices: Prices) -> Iterable[Cost]:
    if resource.config.get("pipeline_type", "V1") == "V1":
        yield Cost("CodePipeline", resource.region, prices.monthly("pipeline_v1"))


def _listed(block: Any) -> list[Any]:
    """A block as a list, whether Terraform's JSON has one object or a list of them."""
    if block is None:
        return []
    return block if isinstance(block, list) else [block]


RULES: dict[str, Rule] = {
    "aws_cloudwatch_composite_alarm": _composite_alarm,
    "aws_cloudwatch_dashboard": _dashboard,
    "aws_cloudwatch_metric_alarm": _alarm,
    "aws_codepipeline": _pipeline,
    "aws_api_gateway_method_settings": _method_settings,
    "aws_ecs_cluster": _ecs_cluster,
    "aws_ecs_service": _ecs_service,
    "aws_eip": _elastic_ip,
    "aws_elasticache_replication_group": _replication_group,
    "aws_elasticache_serverless_cache": _serverless_cache,
    "aws_kms_key": _kms_key,
    "aws_kms_replica_key": _kms_key,
    "aws_lb": _load_balancer,
    "aws_nat_gateway": _nat_gateway,
    "aws_rds_cluster_instance": _database_instance,
    "aws_route53_health_check": _health_check,
    "aws_route53_zone": _hosted_zone,
    "aws_secretsmanager_secret": _secret,
    "aws_vpc_endpoint": _vpc_endpoint,
    "aws_wafv2_web_acl": _web_acl,
}
