from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.synthesis import CHANGED, Body, Stack, construct, shop

from modules.api.domain import ApiDomain  # isort: skip  tests.support.synthesis loads CDKTF the fast way
from modules.routing import RegionEndpoint, Routing, RoutingPolicy  # isort: skip

TWO = ["eu-west-1", "ap-southeast-1"]
THREE = [*TWO, "us-west-2"]
DOMAIN = "books.example.com"


def edge(**changes: Any) -> Stack:
    return shop(**changes)["edge"]


def by_reference(stack: Stack, kind: str, reference: str) -> Body:
    """Return the resource that `${kind.name.id}` refers to."""
    name = reference.removeprefix("${").removesuffix("}").split(".")[1]
    return next(each.body for each in stack.resources(kind) if each.id == name)


def records(stack: Stack, name: str) -> list[Body]:
    return [each.body for each in stack.resources("aws_route53_record") if each.body["name"] == name]


@pytest.mark.parametrize("regions", [["us-east-1"], TWO, THREE])
def test_shared_record_follows_region_health(regions: list[str]) -> None:
    stack = edge(regions=regions)

    shared = {record["set_identifier"]: record for record in records(stack, f"api.{DOMAIN}")}

    assert set(shared) == set(regions)
    for region, record in shared.items():
        assert record["latency_routing_policy"] == {"region": region}
        assert record["alias"]["evaluate_target_health"] is True
        decision = by_reference(stack, "aws_route53_health_check", record["health_check_id"])
        (child,) = decision["child_healthchecks"]
        assert by_reference(stack, "aws_route53_health_check", child)["fqdn"] == f"api-{region}.{DOMAIN}"


def test_own_record_has_no_health_check() -> None:
    for region in TWO:
        (record,) = records(edge(), f"api-{region}.{DOMAIN}")
        assert "health_check_id" not in record


@pytest.mark.parametrize(("changes", "interval", "threshold"), [({}, 10, 2), (CHANGED, 30, 3)])
def test_health_check_uses_settings(changes: Mapping[str, Any], interval: int, threshold: int) -> None:
    stack = edge(**changes)

    for region in TWO:
        check = stack.find("aws_route53_health_check", fqdn=f"api-{region}.{DOMAIN}").body
        assert (check["type"], check["port"], check["enable_sni"]) == ("HTTPS", 443, True)
        assert check["resource_path"] == "/v1/health"
        assert (check["request_interval"], check["failure_threshold"]) == (interval, threshold)


def test_apply_ignores_evacuation() -> None:
    stack = edge()
    for check in stack.resources("aws_route53_health_check"):
        ignored = check.body.get("lifecycle", {}).get("ignore_changes", [])
        assert ignored == (["child_health_threshold"] if check.body["type"] == "CALCULATED" else [])


def test_new_region_receives_traffic() -> None:
    for check in edge().resources("aws_route53_health_check"):
        if check.body["type"] == "CALCULATED":
            assert check.body["child_health_threshold"] == len(check.body["child_healthchecks"]) == 1


def test_failover_makes_first_region_primary() -> None:
    stack = edge(**CHANGED)

    roles = {
        record["set_identifier"]: record["failover_routing_policy"]["type"]
        for record in records(stack, f"failover-api.{DOMAIN}")
    }

    assert roles == {TWO[0]: "PRIMARY", TWO[1]: "SECONDARY"}


@pytest.mark.parametrize("regions", [TWO[:1], THREE])
def test_failover_refuses_other_than_two_regions(regions: list[str]) -> None:
    domain = ApiDomain("api.example", "target.example", "Z1")
    endpoints = [RegionEndpoint(region, own=domain, shared=domain) for region in regions]

    with pytest.raises(ValueError, match="exactly two regions"):
        construct(
            lambda stack: Routing(
                stack,
                "routing",
                name="shop",
                zone_id="Z2",
                endpoints=endpoints,
                policy=RoutingPolicy(kind="failover"),
            )
        )


def test_health_alarms_are_in_us_east_1() -> None:
    stack = edge()
    watched = {
        by_reference(stack, "aws_route53_health_check", alarm.body["dimensions"]["HealthCheckId"])["fqdn"]
        for alarm in stack.resources("aws_cloudwatch_metric_alarm")
        if alarm.body["namespace"] == "AWS/Route53"
    }

    assert watched == {f"api-{region}.{DOMAIN}" for region in TWO}
    for alarm in stack.resources("aws_cloudwatch_metric_alarm"):
        if alarm.body["namespace"] == "AWS/Route53":
            assert alarm.body["provider"] == "aws.us-east-1"
            assert alarm.body["treat_missing_data"] == "breaching"


def test_outputs_contain_checks_by_region() -> None:
    outputs = edge().document["output"]

    for name in ("health_checks", "endpoint_checks"):
        assert set(outputs[name]["value"]) == set(TWO)
    assert not set(outputs["health_checks"]["value"].values()) & set(
        outputs["endpoint_checks"]["value"].values()
    )
    assert outputs["api_domain"]["value"] == f"api.{DOMAIN}"
