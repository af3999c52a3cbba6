from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from ops.state_buckets import PrimaryMovedError, check_primary
from stacks.settings import Settings
from tests.support.mocked_aws import mocked_aws

KEY = "bookstore-prod-global/terraform.tfstate"


def environment(*regions: str) -> Settings:
    return Settings.model_validate(
        {
            "environment": "prod",
            "domain": "books.example.com",
            "regions": regions,
            "state": {"backend": "s3", "bucket_prefix": "books-example-state"},
        }
    )


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """State buckets of two regions, with the global stack's state in the one of Ireland."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mocked_aws():
        for region in ("eu-west-1", "ap-southeast-1"):
            boto3.client("s3", region_name=region).create_bucket(
                Bucket=f"books-example-state-{region}",
                CreateBucketConfiguration={"LocationConstraint": region},
            )
        boto3.client("s3", region_name="eu-west-1").put_object(
            Bucket="books-example-state-eu-west-1", Key=KEY, Body=b"{}"
        )
        yield


@pytest.mark.usefixtures("deployed")
def test_first_region_of_the_deployment_passes() -> None:
    check_primary(environment("eu-west-1", "ap-southeast-1"))
    check_primary(environment("eu-west-1", "ap-southeast-1", "us-west-2"))


@pytest.mark.usefixtures("deployed")
def test_lost_region_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    client, asked = boto3.client, []

    def recording(service: str, region_name: str, **options: Any) -> Any:
        asked.append(region_name)
        return client(service, region_name=region_name, **options)

    monkeypatch.setattr(boto3, "client", recording)
    check_primary(environment("eu-west-1", "ap-southeast-1"))
    assert asked == ["eu-west-1"]


@pytest.mark.usefixtures("deployed")
def test_other_first_region_is_refused() -> None:
    with pytest.raises(PrimaryMovedError, match="Put eu-west-1 first"):
        check_primary(environment("ap-southeast-1", "eu-west-1"))
