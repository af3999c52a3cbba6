"""AWS refuses some resources before others exist. Terraform must create them in that order."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.support.synthesis import CHANGED, EVERYTHING, Resource, Shop, Stack, shop

REGIONS = ["eu-west-1", "ap-southeast-1", "us-west-2"]
_REFERENCE = re.compile(r"\b((?:data\.)?aws_\w+\.[A-Za-z0-9_-]+)")


class Graph:
    """Dependencies of each resource and data source of a stack, directly or through others."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        bodies = {each.address: each.body for each in stack.resources()}
        bodies |= {f"data.{each.address}": each.body for each in stack.data()}
        self._needs = {
            address: set(_REFERENCE.findall(json.dumps({key: body[key] for key in body if key != "//"})))
            for address, body in bodies.items()
        }

    def creates_after(self, later: str, earlier: str) -> bool:
        """Whether `later` depends on `earlier`."""
        seen, waiting = set(), [later]
        while waiting:
            for need in self._needs.get(waiting.pop(), ()):
                if need == earlier:
                    return True
                if need not in seen:
                    seen.add(need)
                    waiting.append(need)
        return False


def graphs(of: Shop) -> Iterator[Graph]:
    return map(Graph, of.stacks.values())


@pytest.mark.parametrize("kind", ["aws_lb", "aws_nat_gateway", "aws_eip"])
def test_public_resources_follow_internet_gateway(kind: str) -> None:
    found = 0
    for graph in graphs(shop(**CHANGED)):
        for resource in graph.stack.resources(kind):
            (gateway,) = graph.stack.resources("aws_internet_gateway")
            assert graph.creates_after(resource.address, gateway.address), resource.address
            found += 1
    assert found == 2


def test_alias_follows_record_that_it_targets() -> None:
    stack = shop(**EVERYTHING, regions=REGIONS)["blog"]
    graph = Graph(stack)
    records = stack.resources("aws_route53_record")
    targets = 0
    for record in records:
        for target in records_named(records, record.body["alias"]["name"]):
            assert graph.creates_after(record.address, target.address), record.address
            targets += 1
    assert targets == 2, "with three regions the second record targets the pair of the others"


def records_named(records: list[Resource], name: str) -> list[Resource]:
    return [record for record in records if record.body["name"] == name]


@pytest.mark.parametrize(
    ("stack", "host"), [("blog", "blog.books.example.com"), ("edge", "api.books.example.com")]
)
@pytest.mark.parametrize("regions", [REGIONS[:1], REGIONS[:2], REGIONS])
def test_records_of_a_name_share_one_policy(stack: str, host: str, regions: list[str]) -> None:
    """Otherwise a region more or fewer would replace a simple record by others of the same name."""
    records = records_named(shop(**EVERYTHING, regions=regions)[stack].resources("aws_route53_record"), host)
    policies = {key for record in records for key in record.body if key.endswith("_routing_policy")}
    assert len(policies) == 1
    assert all(record.body["set_identifier"] for record in records)


def test_first_blog_record_keeps_its_address() -> None:
    def first(regions: list[str]) -> Resource:
        stack = shop(**EVERYTHING, regions=regions)["blog"]
        return stack.find("aws_route53_record", name="blog.books.example.com", set_identifier=REGIONS[0])

    assert first(REGIONS[:1]) == first(REGIONS[:2]) == first(REGIONS)


def test_routing_policy_changes_targets_only() -> None:
    """Records of the shared name keep address, policy and set identifier; Terraform updates them in place."""
    latency = shop(**EVERYTHING)["edge"].resources("aws_route53_record")
    edge = shop(**CHANGED)["edge"]
    shared = records_named(edge.resources("aws_route53_record"), "api.books.example.com")
    for before, after in zip(records_named(latency, "api.books.example.com"), shared, strict=True):
        assert before.address == after.address
        for key in ("latency_routing_policy", "set_identifier"):
            assert before.body[key] == after.body[key]
    pair = records_named(edge.resources("aws_route53_record"), "failover-api.books.example.com")
    assert {record.body["failover_routing_policy"]["type"] for record in pair} == {"PRIMARY", "SECONDARY"}
    graph = Graph(edge)
    assert all(graph.creates_after(one.address, other.address) for one in shared for other in pair)


def test_stream_reader_follows_its_policy() -> None:
    found = 0
    for graph in graphs(shop()):
        for mapping in graph.stack.resources("aws_lambda_event_source_mapping"):
            function = _REFERENCE.findall(mapping.body["function_name"])[0]
            role = _REFERENCE.findall(
                graph.stack.document["resource"]["aws_lambda_function"][function.partition(".")[2]]["role"]
            )[0]
            policies = [
                policy.address
                for policy in graph.stack.resources("aws_iam_role_policy")
                if role in policy.body["role"]
            ]
            assert policies
            assert all(graph.creates_after(mapping.address, policy) for policy in policies)
            found += 1
    assert found >= 2


def test_table_lookup_survives_replica_change() -> None:
    """A data source with `depends_on` is read again, and its stream ARN unknown, at every change of the replica."""
    region = shop(**EVERYTHING)["ap-southeast-1"]
    graph = Graph(region)
    tables = region.data("aws_dynamodb_table")
    assert len(tables) == len(region.resources("aws_dynamodb_table_replica"))
    for table in tables:
        assert "depends_on" not in table.body
        assert any(
            graph.creates_after(f"data.{table.address}", replica.address)
            for replica in region.resources("aws_dynamodb_table_replica")
        )
