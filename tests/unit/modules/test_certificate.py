import json

import pytest

from tests.support.synthesis import EVERYTHING, shop

REGIONS = ("eu-west-1", "ap-southeast-1")


def test_one_record_validates_all_certificates() -> None:
    records = [
        record
        for stack in ("dns", *(f"{region}{part}" for region in REGIONS for part in ("-common", "", "-blog")))
        for record in shop(**EVERYTHING)[stack].resources("aws_route53_record")
    ]
    assert len(records) == 1
    assert "domain_validation_options" in records[0].body["name"]


def test_cloudfront_certificate_is_in_us_east_1() -> None:
    certificate = shop()["dns"].only("aws_acm_certificate")
    assert certificate["provider"] == "aws.us-east-1"
    assert certificate["subject_alternative_names"] == ["*.books.example.com"]


def test_users_of_certificate_wait_for_its_issue() -> None:
    of = shop(**EVERYTHING)
    (waited,) = of["ap-southeast-1"].resources("aws_acm_certificate_validation")
    domains = of["ap-southeast-1"].resources("aws_apigatewayv2_domain_name")
    assert domains
    for domain in domains:
        arn = domain.body["domain_name_configuration"]["certificate_arn"]
        assert arn == f"${{{waited.address}.certificate_arn}}"
    (waited,) = of["ap-southeast-1-blog"].resources("aws_acm_certificate_validation")
    listener = of["ap-southeast-1-blog"].find("aws_lb_listener", protocol="HTTPS")
    assert listener.body["certificate_arn"] == f"${{{waited.address}.certificate_arn}}"


def test_certificate_in_global_state_stops_deployment() -> None:
    """In an earlier deployment it is there. Without its provider, Terraform fails before it destroys the zone."""
    (provider,) = shop()["global"].document["provider"]["aws"]
    assert provider["region"] == "eu-west-1"
    manifest = json.loads((shop().folder / "manifest.json").read_text())["stacks"]
    assert manifest["bookstore-prod-dns"]["dependencies"] == ["bookstore-prod-global"]


@pytest.mark.parametrize("stack", ["dns", "eu-west-1-common"])
def test_stack_that_others_need_waits_for_no_certificate(stack: str) -> None:
    assert not shop()[stack].resources("aws_acm_certificate_validation")
