"""Regions are instances of one class: what differs between them is named here, and nothing else does."""

import json
import re
from typing import Any

import pytest

from tests.support.synthesis import Shop, shop

TWO = ["eu-west-1", "ap-southeast-1"]
THREE = ["eu-west-1", "ap-southeast-1", "us-west-2"]


def masked(of: Shop, region: str) -> dict[str, Any]:
    """A region's Terraform with its own name and the primary's replaced, in that order."""
    text = json.dumps(of[region].document, sort_keys=True)
    document: dict[str, Any] = json.loads(text.replace(region, "REGION").replace(TWO[0], "PRIMARY"))
    return document


def without_replication(document: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the primary has not: its tables are the base tables themselves.

    That is the replicas, the reading of the base tables' ARNs for them, the order of the two, and, since the
    primary is the region where the global state is, how that state's region was masked.
    """
    document.pop("//")  # CDKTF's own notes, which name the replicas as well
    document["resource"].pop("aws_dynamodb_table_replica", None)
    for table in document["data"]["aws_dynamodb_table"].values():
        table.pop("depends_on", None)
    shared = document["data"].pop("terraform_remote_state")
    assert len(shared) == 1
    return document


@pytest.mark.parametrize("regions", [THREE, [*THREE, "sa-east-1"]], ids=["three", "four"])
def test_regions_that_are_not_the_primary_are_equal(regions: list[str]) -> None:
    first, *others = [masked(shop(regions=regions), region) for region in regions[1:]]
    for other in others:
        assert other == first


@pytest.mark.parametrize("regions", [TWO, THREE], ids=["two", "three"])
def test_the_primary_differs_by_holding_base_tables_alone(regions: list[str]) -> None:
    primary, *others = [without_replication(masked(shop(regions=regions), region)) for region in regions]
    for other in others:
        assert other == primary


@pytest.mark.parametrize("regions", [TWO, THREE], ids=["two", "three"])
def test_every_other_region_replicates_every_table(regions: list[str]) -> None:
    primary, *others = regions
    assert not shop(regions=regions)[primary].resources("aws_dynamodb_table_replica")
    for region in others:
        assert len(shop(regions=regions)[region].resources("aws_dynamodb_table_replica")) == 3


def test_a_region_does_not_depend_on_how_many_there_are() -> None:
    for region in TWO:
        assert shop(regions=TWO)[region] == shop(regions=THREE)[region]


def test_a_region_knows_no_other_but_the_primary_s_state_and_user_pool() -> None:
    text = json.dumps(shop(regions=THREE)["ap-southeast-1"].document)
    assert "us-west-2" not in text
    document = json.loads(text)
    document["data"].pop("terraform_remote_state")
    assert "eu-west-1" not in json.dumps(document)


@pytest.mark.parametrize("region", THREE)
def test_no_function_is_told_of_another_region_nor_may_reach_one(region: str) -> None:
    """By name, or by what another stack gives; but for the user pool's client, an id that tokens are held against."""
    stack = shop(regions=THREE)[region]
    functions = stack.resources("aws_lambda_function")
    policies = [each for each in stack.data("aws_iam_policy_document") if "_permissions" in each.id]
    assert len(functions) >= 7
    assert len(policies) >= len(functions)
    for each in [*functions, *policies]:
        text = json.dumps(each.body)
        assert not [other for other in THREE if other != region and other in text], each.id
        given = re.findall(r"terraform_remote_state[^}]*", text)
        assert not [output for output in given if "user_pool_clientidentity" not in output], each.id


def test_one_region_is_enough() -> None:
    alone = shop(regions=["us-east-1"])
    assert set(alone.stacks) == {"bookstore-prod-global", "bookstore-prod-us-east-1", "bookstore-prod-edge"}
