"""Regions are instances of one class. These tests list all differences between them."""

import json
import re
from typing import Any

import pytest

from tests.support.synthesis import EVERYTHING, Resource, Shop, shop

TWO = ["eu-west-1", "ap-southeast-1"]
THREE = ["eu-west-1", "ap-southeast-1", "us-west-2"]


def masked(of: Shop, region: str, part: str = "") -> dict[str, Any]:
    """Return the Terraform of a region's stack with the region's name and then the primary's replaced."""
    text = json.dumps(of[f"{region}{part}"].document, sort_keys=True)
    text = text.replace(region, "REGION").replace(TWO[0], "PRIMARY")
    document: dict[str, Any] = json.loads(re.sub(r'"10\.\d+\.', '"10.NETWORK.', text))
    return document


def without_replication(document: dict[str, Any]) -> dict[str, Any]:
    """Remove what only a region with table replicas has: the replicas and their dependencies.

    Also what the primary region has for the user pool, which is in that region: the function that deletes accounts with
    its alarms, and the state's region.
    """
    document.pop("//")  # CDKTF's metadata, which names the replicas as well
    document["resource"].pop("aws_dynamodb_table_replica", None)
    for kinds in (document["resource"], document["data"]):
        for kind, blocks in kinds.items():
            kinds[kind] = {
                name: body for name, body in blocks.items() if not name.startswith("account-deletion_")
            }
    alarms = document["resource"]["aws_cloudwatch_metric_alarm"]
    of_accounts = {name for name in alarms if name.startswith("alarms_accounts-")}
    for name in of_accounts:
        del alarms[name]
    for composite in document["resource"]["aws_cloudwatch_composite_alarm"].values():
        composite["depends_on"] = [
            address for address in composite["depends_on"] if address.split(".")[-1] not in of_accounts
        ]
    for table in document["data"]["aws_dynamodb_table"].values():
        table.pop("name")
    states = document["data"].pop("terraform_remote_state")
    assert len(states) == 2, "of the global stack and of what the region's stacks have in common"
    return document


@pytest.mark.parametrize("regions", [THREE, [*THREE, "sa-east-1"]], ids=["three", "four"])
def test_secondary_regions_are_equal(regions: list[str]) -> None:
    first, *others = [masked(shop(regions=regions), region) for region in regions[1:]]
    for other in others:
        assert other == first


def test_common_stacks_are_equal() -> None:
    first, *others = [masked(shop(regions=THREE, **EVERYTHING), region, "-common") for region in THREE]
    for other in others:
        assert other == first


@pytest.mark.parametrize("regions", [TWO, THREE], ids=["two", "three"])
def test_primary_differs_by_base_tables_only(regions: list[str]) -> None:
    primary, *others = [without_replication(masked(shop(regions=regions), region)) for region in regions]
    for other in others:
        assert other == primary


@pytest.mark.parametrize("regions", [TWO, THREE], ids=["two", "three"])
def test_secondary_regions_replicate_every_table(regions: list[str]) -> None:
    primary, *others = regions
    assert not shop(regions=regions)[primary].resources("aws_dynamodb_table_replica")
    for region in others:
        assert len(shop(regions=regions)[region].resources("aws_dynamodb_table_replica")) == 4


SLOW = {
    "aws_acm_certificate_validation",
    "aws_dynamodb_table_replica",
    "aws_lambda_function",
    "aws_lb",
    "aws_rds_cluster",
    "aws_rds_cluster_instance",
    "aws_route53_record",
    "aws_route53_zone",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_sqs_queue",
    "aws_vpc_endpoint",
}
"""The AWS provider waits 30 seconds for a zone or a record, 25 for a queue, 55 for lifecycle rules."""


def needed(of: Shop, short_name: str) -> set[str]:
    """The stacks that a stack waits for, directly or through others."""
    manifest = json.loads((of.folder / "manifest.json").read_text())["stacks"]
    found: set[str] = set()
    waiting = [f"{of.name}-{short_name}"]
    while waiting:
        others = set(manifest[waiting.pop()]["dependencies"]) - found
        found |= others
        waiting.extend(others)
    return {stack.removeprefix(f"{of.name}-") for stack in found}


def slow(of: Shop, stacks: set[str]) -> set[str]:
    """The slow kinds of resource in these stacks."""
    return {each.kind for stack in stacks for each in of[stack].resources()} & SLOW


@pytest.mark.parametrize("region", THREE)
def test_regions_wait_for_no_slow_resource(region: str) -> None:
    of = shop(regions=THREE, **EVERYTHING)
    assert needed(of, region) == {"global", f"{region}-common"}
    assert not slow(of, needed(of, region))


@pytest.mark.parametrize("region", THREE)
def test_blogs_wait_for_no_region(region: str) -> None:
    """A blog waits for the first one, which creates the global database's primary cluster, and for nothing slow."""
    of = shop(regions=THREE, **EVERYTHING)
    first = {f"{THREE[0]}-common", f"{THREE[0]}-blog"} if region != THREE[0] else set()
    assert needed(of, f"{region}-blog") == {"global", f"{region}-common", *first}
    assert not slow(of, needed(of, f"{region}-blog") - {f"{THREE[0]}-blog"})
    keys = {each.body["config"]["key"] for each in of[f"{region}-blog"].data("terraform_remote_state")}
    assert keys == {f"bookstore-prod-{part}/terraform.tfstate" for part in ("global", f"{region}-common")}


def test_region_independent_of_region_count() -> None:
    for stack in (f"{region}{part}" for region in TWO for part in ("-common", "")):
        assert shop(regions=TWO)[stack] == shop(regions=THREE)[stack]


def test_region_names_only_primary_state() -> None:
    for stack in ("ap-southeast-1-common", "ap-southeast-1"):
        text = json.dumps(shop(regions=THREE)[stack].document)
        assert "us-west-2" not in text
        document = json.loads(text)
        document["data"].pop("terraform_remote_state", None)
        assert "eu-west-1" not in json.dumps(document)


def resources_of_every_region(resources: list[Resource]) -> list[Resource]:
    """Without the function that deletes accounts, which runs in the user pool's region only."""
    return [each for each in resources if not each.id.startswith("account-deletion_")]


@pytest.mark.parametrize("region", THREE)
def test_functions_do_not_reach_other_regions(region: str) -> None:
    """Neither by name nor by an output of another stack, except the user pool client's ID, which tokens contain."""
    stack = shop(regions=THREE)[region]
    functions = resources_of_every_region(stack.resources("aws_lambda_function"))
    documents = resources_of_every_region(stack.data("aws_iam_policy_document"))
    policies = [each for each in documents if "_permissions" in each.id]
    assert len(functions) >= 7
    assert len(policies) >= len(functions)
    for each in [*functions, *policies]:
        text = json.dumps(each.body)
        assert not [other for other in THREE if other != region and other in text], each.id
        given = re.findall(r"terraform_remote_state[^}]*", text)
        allowed = (f"cross-stack-reference-input-bookstore-prod-{region}-common.", "user_pool_clientidentity")
        assert not [output for output in given if not any(part in output for part in allowed)], each.id


def test_single_region_deployment() -> None:
    alone = shop(regions=["us-east-1"])
    assert set(alone.stacks) == {
        f"bookstore-prod-{part}"
        for part in ("global", "dns", "us-east-1-common", "us-east-1", "logs", "edge")
    }
