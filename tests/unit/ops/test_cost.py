from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from ops.cost.abuse import abuse
from ops.cost.bill import Bill
from ops.cost.busy import Month, busy_month
from ops.cost.prices import MissingPriceError, Prices
from ops.cost.rules import BY_USE, FREE, RULES
from ops.cost.savings import savings
from ops.cost.synthesized import Resource, resources_of
from tests.support.synthesis import CHANGED, CODECOMMIT, EVERYTHING, shop

PRICES = Prices(
    as_of=date(2025, 1, 1),
    source="a test",
    hours=100,
    everywhere={
        "alarm": 0.1,
        "composite_alarm": 0.5,
        "health_check": 0.5,
        "health_check_option": 1.0,
        "public_ipv4_hour": 0.01,
        "secret": 0.4,
        "web_acl": 5,
        "web_acl_rule": 1,
    },
    regions={
        "eu-west-1": {
            "aurora_capacity_unit_hour": 0.2,
            "fargate_arm64_vcpu_hour": 0.04,
            "fargate_arm64_gb_hour": 0.004,
            "load_balancer_hour": 0.03,
            "valkey_node_hour": {"cache.t4g.micro": 0.02},
            "valkey_serverless_gb_hour": 0.1,
            "vpc_endpoint_hour": 0.01,
        }
    },
)


def stack(**resources: dict[str, Any]) -> dict[str, Any]:
    provider = {"aws": [{"region": "eu-west-1"}, {"region": "us-east-1", "alias": "us-east-1"}]}
    return {"provider": provider, "resource": {type_: {"it": config} for type_, config in resources.items()}}


def bill(**resources: dict[str, Any]) -> Bill:
    return Bill.of(resources_of(stack(**resources)), PRICES)


@pytest.mark.parametrize(
    ("resources", "usd"),
    [
        ({"aws_cloudwatch_metric_alarm": {"metric_name": "Errors"}}, 0.1),
        ({"aws_cloudwatch_metric_alarm": {"metric_query": [{"metric": {}}, {"expression": "a"}]}}, 0.1),
        ({"aws_cloudwatch_metric_alarm": {"metric_query": [{"metric": {}}, {"metric": {}}]}}, 0.2),
        ({"aws_elasticache_serverless_cache": {"engine": "valkey"}}, 1.0),
        ({"aws_route53_health_check": {"type": "HTTPS", "request_interval": 10}}, 2.5),
        ({"aws_route53_health_check": {"type": "CALCULATED"}}, 0.5),
        ({"aws_secretsmanager_secret": {"replica": [{"region": "us-west-2"}]}}, 0.8),
        ({"aws_vpc_endpoint": {"vpc_endpoint_type": "Gateway"}}, 0),
        ({"aws_vpc_endpoint": {"vpc_endpoint_type": "Interface", "subnet_ids": ["a", "b"]}}, 2.0),
        ({"aws_lb": {"subnets": ["a", "b"]}}, 5.0),
        ({"aws_lb": {"subnets": ["a", "b"], "internal": True}}, 3.0),
        ({"aws_wafv2_web_acl": {"scope": "REGIONAL", "rule": [{}, {}]}}, 7.0),
    ],
)
def test_bill_prices_configuration(resources: dict[str, Any], usd: float) -> None:
    assert bill(**resources).total == pytest.approx(usd)


def test_bill_counts_cache_nodes() -> None:
    cache = {"engine": "valkey", "node_type": "cache.t4g.micro", "num_cache_clusters": 2}
    assert bill(aws_elasticache_replication_group=cache).total == pytest.approx(4.0)


def test_bill_counts_tasks_by_size() -> None:
    costs = bill(
        aws_ecs_service={"desired_count": 2, "task_definition": "${aws_ecs_task_definition.it.arn}"},
        aws_ecs_task_definition={
            "cpu": "256",
            "memory": "512",
            "runtime_platform": {"cpu_architecture": "ARM64"},
        },
    )
    assert costs.total == pytest.approx(2 * (0.25 * 4 + 0.5 * 0.4))


def test_bill_counts_minimum_capacity() -> None:
    costs = bill(
        aws_rds_cluster_instance={
            "instance_class": "db.serverless",
            "cluster_identifier": "${aws_rds_cluster.it.id}",
        },
        aws_rds_cluster={"serverlessv2_scaling_configuration": {"min_capacity": 0.5}},
    )
    assert costs.total == pytest.approx(10.0)


def test_bill_uses_region_of_provider() -> None:
    elsewhere = {"provider": "aws.us-east-1", "metric_name": "HealthCheckStatus"}
    assert bill(aws_cloudwatch_metric_alarm=elsewhere).at("us-east-1") == pytest.approx(0.1)


def test_bill_lists_types_priced_by_use() -> None:
    costs = bill(aws_dynamodb_table={})
    assert costs.total == 0
    assert costs.by_use == {"aws_dynamodb_table": 1}


def test_bill_lists_unknown_types() -> None:
    assert bill(aws_msk_cluster={}).unknown == {"aws_msk_cluster": 1}


def test_missing_region_error_names_fix() -> None:
    with pytest.raises(
        MissingPriceError, match=r"no prices for region me-south-1.*add \[region.me-south-1\]"
    ):
        PRICES.monthly("vpc_endpoint_hour", region="me-south-1")


def test_missing_price_error_names_key() -> None:
    with pytest.raises(MissingPriceError, match=r"cache\.r7g\.large"):
        PRICES.monthly("valkey_node_hour", region="eu-west-1", kind="cache.r7g.large")


def test_price_file_regions_have_same_keys() -> None:
    prices = Prices.load()
    keys = {region: sorted(table) for region, table in prices.regions.items()}
    assert len(set(map(tuple, keys.values()))) == 1, keys
    assert prices.as_of <= date.today()


def test_type_has_one_rule() -> None:
    ways = [set(RULES), set(FREE), set(BY_USE)]
    assert sum(map(len, ways)) == len(set.union(*ways))


def bill_of_shop(**settings: Any) -> Bill:
    stacks = shop(**settings).stacks.values()
    resources = [resource for stack in stacks for resource in resources_of(dict(stack.document))]
    return Bill.of(resources, Prices.load())


RUNNING_BLOG: dict[str, Any] = {"features": {"blog": True}, "blog": {"image_tag": "1"}}


def test_idle_shop_costs_under_75_usd() -> None:
    assert bill_of_shop().total < 75


def test_idle_shop_with_blog_costs_under_310_usd() -> None:
    assert bill_of_shop(**RUNNING_BLOG).total < 310


def resources_of_shop(**settings: Any) -> list[Resource]:
    stacks = shop(**settings).stacks.values()
    return [resource for stack in stacks for resource in resources_of(dict(stack.document))]


@pytest.mark.parametrize(
    ("resources", "kind"),
    [
        ({"aws_ecs_cluster": {"setting": [{"name": "containerInsights", "value": "enabled"}]}}, "Container"),
        (
            {
                "aws_api_gateway_method_settings": {"settings": {"metrics_enabled": True}},
                "aws_api_gateway_method": {},
            },
            "Metrics",
        ),
    ],
)
def test_bill_counts_custom_metrics(resources: dict[str, Any], kind: str) -> None:
    found = Bill.of(resources_of(stack(**resources)), Prices.load())
    assert [each.split()[0] for each in found.kinds] == [kind]
    assert found.total >= 5 * 0.3


def test_health_checks_pay_for_firewall() -> None:
    with_rule, without = bill_of_shop(), bill_of_shop(firewall={"requests_per_5_minutes": 0})
    region, requests = "global", "Requests of the health checkers"
    assert with_rule.at(region, requests) > without.at(region, requests)


def test_savings_are_named_one_by_one() -> None:
    resources, prices = resources_of_shop(**RUNNING_BLOG), Prices.load()
    found = savings(resources, Bill.of(resources, prices), prices, ["eu-west-1", "ap-southeast-1"])
    assert len(found) >= 7
    assert all(each.usd > 1 for each in found)


def test_busy_month_grows_with_orders() -> None:
    prices = Prices.load()
    few, many = (
        sum(line.usd for line in busy_month(prices, regions=2, firewall=True, month=Month(orders=orders)))
        for orders in (1e6, 2e6)
    )
    assert 0 < few < many


def test_abuse_costs_order_of_magnitude_less() -> None:
    found = abuse(resources_of_shop(), Prices.load(), regions=2, orders_per_hour=100)
    assert len(found) == 2
    for each in found:
        assert each.after * 10 < each.before


def test_abuse_without_rate_rule_costs_more() -> None:
    resources = resources_of_shop(firewall={"requests_per_5_minutes": 0})
    anonymous, _ = abuse(resources, Prices.load(), regions=2, orders_per_hour=100)
    assert anonymous.after * 10 > anonymous.before


@pytest.mark.parametrize(
    "settings", [EVERYTHING, CHANGED, CODECOMMIT], ids=["serverless", "nodes", "codecommit"]
)
def test_all_resources_have_a_price(settings: Mapping[str, Any]) -> None:
    assert bill_of_shop(**settings).unknown == {}
