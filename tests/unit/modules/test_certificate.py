import json

from tests.support.synthesis import shop


def test_one_record_validates_all_certificates() -> None:
    records = [
        record
        for stack in ("dns", "eu-west-1", "ap-southeast-1")
        for record in shop()[stack].resources("aws_route53_record")
    ]
    assert len(records) == 1
    assert "domain_validation_options" in records[0].body["name"]


def test_cloudfront_certificate_is_in_us_east_1() -> None:
    certificate = shop()["dns"].only("aws_acm_certificate")
    assert certificate["provider"] == "aws.us-east-1"
    assert certificate["subject_alternative_names"] == ["*.books.example.com"]


def test_api_domain_waits_for_certificate() -> None:
    region = shop()["ap-southeast-1"]
    (waited,) = region.resources("aws_acm_certificate_validation")
    for domain in region.resources("aws_apigatewayv2_domain_name"):
        arn = domain.body["domain_name_configuration"]["certificate_arn"]
        assert arn == f"${{{waited.address}.certificate_arn}}"


def test_certificate_in_global_state_stops_deployment() -> None:
    """In an earlier deployment it is there. Without its provider, Terraform fails before it destroys the zone."""
    (provider,) = shop()["global"].document["provider"]["aws"]
    assert provider["region"] == "eu-west-1"
    manifest = json.loads((shop().folder / "manifest.json").read_text())["stacks"]
    assert manifest["bookstore-prod-dns"]["dependencies"] == ["bookstore-prod-global"]


def test_dns_stack_waits_for_no_certificate() -> None:
    assert not shop()["dns"].resources("aws_acm_certificate_validation")
