from tests.support.synthesis import shop


def test_network_has_no_internet_access() -> None:
    for stack in ("eu-west-1-common", "eu-west-1"):
        for kind in ("aws_internet_gateway", "aws_nat_gateway", "aws_eip", "aws_route"):
            assert not shop()[stack].resources(kind), kind


def test_network_has_subnets_in_two_zones() -> None:
    common = shop()["eu-west-1-common"]
    subnets = common.resources("aws_subnet")
    assert len({subnet.body["availability_zone"] for subnet in subnets}) == 2
    assert len({subnet.body["cidr_block"] for subnet in subnets}) == 2
    assert not any(subnet.body.get("map_public_ip_on_launch") for subnet in subnets)
    assert len(common.resources("aws_route_table_association")) == 2


def test_default_group_has_no_rules() -> None:
    default = shop()["eu-west-1-common"].only("aws_default_security_group")
    assert "ingress" not in default
    assert "egress" not in default


def test_security_group_rules_allow_one_port() -> None:
    region = shop()["eu-west-1"]
    rules = [
        *region.resources("aws_vpc_security_group_egress_rule"),
        *region.resources("aws_vpc_security_group_ingress_rule"),
    ]
    assert {rule.body["from_port"] for rule in rules} == {443, 6379}
    for rule in rules:
        assert rule.body["from_port"] == rule.body["to_port"]
        assert rule.body["ip_protocol"] == "tcp"
        assert "cidr_ipv4" not in rule.body


def test_security_group_rules_are_paired() -> None:
    region = shop()["eu-west-1"]
    out = {
        (rule.body["security_group_id"], rule.body["referenced_security_group_id"], rule.body["from_port"])
        for rule in region.resources("aws_vpc_security_group_egress_rule")
        if "referenced_security_group_id" in rule.body
    }
    into = {
        (rule.body["referenced_security_group_id"], rule.body["security_group_id"], rule.body["from_port"])
        for rule in region.resources("aws_vpc_security_group_ingress_rule")
    }
    assert out == into
    assert out


def test_endpoint_policies_are_narrow() -> None:
    region = shop()["eu-west-1"]
    documents = {
        f"${{data.{each.address}.json}}": each.body for each in region.data("aws_iam_policy_document")
    }
    endpoints = region.resources("aws_vpc_endpoint")
    assert {each.body["service_name"] for each in endpoints} == {"com.amazonaws.eu-west-1.dynamodb"}
    assert {each.body["vpc_endpoint_type"] for each in endpoints} == {"Gateway"}, (
        "an interface costs by the hour"
    )
    for endpoint in endpoints:
        (statement,) = documents[endpoint.body["policy"]]["statement"]
        assert "*" not in statement["resources"]
        assert not {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"} & set(
            statement["actions"]
        )
