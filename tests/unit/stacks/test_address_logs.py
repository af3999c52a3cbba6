"""Logs with clients' IP addresses are kept for 30 days at most, in every settings file and by default."""

import tomllib
from pathlib import Path

import pytest

from stacks.settings import Settings
from tests.support.synthesis import CHANGED, shop

SETTINGS = sorted((Path(__file__).parents[3] / "settings").glob("*.toml"))
WITH_ADDRESSES = ("/aws/vpc/", "aws-waf-logs-", "/aws/ecs/")


def test_address_logs_are_kept_30_days() -> None:
    kept = {
        group.body["name"]: group.body["retention_in_days"]
        for stack in shop(**CHANGED).stacks.values()
        for group in stack.resources("aws_cloudwatch_log_group")
    }
    found = {beginning: [name for name in kept if name.startswith(beginning)] for beginning in WITH_ADDRESSES}
    assert all(found.values()), found
    assert {kept[name] for names in found.values() for name in names} == {30}
    for name in ("/aws/lambda/bookstore-prod-orders", "/aws/apigateway/bookstore-prod"):
        assert kept[name] == CHANGED["log_retention_days"] == 365, "it has no addresses"


def test_cloudfront_logs_are_kept_30_days() -> None:
    (rule,) = shop(**CHANGED)["logs"].only("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert rule["expiration"] == [{"days": 30}]


@pytest.mark.parametrize("file", SETTINGS, ids=lambda file: file.stem)
def test_settings_file_keeps_addresses_30_days(file: Path) -> None:
    settings = Settings(**tomllib.loads(file.read_text()))
    assert settings.address_log_retention_days <= 30
