"""Regions are instances of one class. These tests list all differences between them."""

import json
import re
from typing import Any

import pytest

from tests.support.synthesis import Resource, Shop, shop

TWO = ["eu-west-1", "ap-southeast-1"]
THREE = ["eu-west-1", "ap-southeast-1", "us-west-2"]


def masked(of: Shop, region: str) -> dict[str, Any]:
    """Return a region's Terraform with its own name and then the primary's replaced."""
    text = json.dumps(of[region].document, sort_keys=True)
    text = text.replace(region, "REGION").replace(TWO[0], "PRIMARY")
    document: dict[str, Any] = json.loads(re.sub(r'"10\.\d+\.', '"10.NETWORK.', text))
    return document


def without_replication(document: dict[str, Any]) -> dict[str, Any]:
    """Remove what only a region with table replicas has: the replicas and their dependencies.

    Also what the primary region has for the user pool, which is in that region: the output of the web ACL, which the
    edge stack associates with it, the function that deletes accounts with its alarms, and the state's region.
    """
    document.pop("//")  # CDKTF's metadata, which names the replicas as well
    document["resource"].pop("aws_dynamodb_table_replica", None)
    for kinds in (document["resource"], document["data"]):
        for kind, blocks in kinds.items():
            kinds[kind] = {
                name: body for name, body in blocks.items() if not name.startswith("account-deletion_")
            }
    document["output"] = {
        name: value for name, value in document["output"].items() if "aws_wafv2_web_acl" not in name
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
    shared = document["data"].pop("terraform_remote_state")
    assert len(shared) == 1
    return document


@pytest.mark.parametrize("regions", [THREE, [*THREE, "sa-east-1"]], ids=["three", "four"])
def test_secondary_regions_are_equal(regions: list[str]) -> None:
    first, *others = [masked(shop(regions=regions), region) for region in regions[1:]]
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


def test_regions_wait_for_no_slow_resource() -> None:
    """All regions wait for the global stack."""
    (state,) = shop(regions=THREE)[TWO[0]].data("terraform_remote_state")
    assert state.body["config"]["key"] == "bookstore-prod-global/terraform.tfstate"
    kinds = {each.kind for each in shop(regions=THREE)["global"].resources()}
    # The AWS provider waits 30 seconds for a zone or a record, 25 for a queue, 55 for lifecycle rules.
    assert not kinds & {
        "aws_route53_record",
        "aws_route53_zone",
        "aws_s3_bucket_lifecycle_configuration",
        "aws_sqs_queue",
    }


def test_region_independent_of_region_count() -> None:
    for region in TWO:
        assert shop(regions=TWO)[region] == shop(regions=THREE)[region]


def test_region_names_only_primary_state() -> None:
    text = json.dumps(shop(regions=THREE)["ap-southeast-1"].document)
    assert "us-west-2" not in text
    document = json.loads(text)
    document["data"].pop("terraform_remote_state")
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
        assert not [output for output in given if "user_pool_clientidentity" not in output], each.id


def test_single_region_deployment() -> None:
    alone = shop(regions=["us-east-1"])
    assert set(alone.stacks) == {
        f"bookstore-prod-{part}" for part in ("global", "dns", "us-east-1", "logs", "edge")
    }
