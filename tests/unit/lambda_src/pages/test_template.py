"""The page of the build, read from the region's bucket."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from pages.store import FRESH_SECONDS, Template
from runtime.errors import Unavailable


class Bucket:
    """A bucket whose reads are stubbed, and a clock."""

    def __init__(self) -> None:
        client: Any = boto3.client(
            "s3", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        self.now = 0.0
        self.stub = Stubber(client)
        self.template = Template(client, "web", clock=lambda: self.now)

    def has(self, html: str) -> None:
        self.stub.add_response("get_object", {"Body": BytesIO(html.encode())})

    def refuses(self, code: str) -> None:
        self.stub.add_client_error("get_object", code)


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    made = Bucket()
    with made.stub:
        yield made


def test_template_is_read_again_when_old(bucket: Bucket) -> None:
    bucket.has("first")
    bucket.has("second")
    assert [bucket.template.html(), bucket.template.html()] == ["first", "first"]
    bucket.now = FRESH_SECONDS
    assert bucket.template.html() == "second"


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchKey", "SlowDown"])
def test_template_outlives_unreadable_bucket(bucket: Bucket, code: str) -> None:
    bucket.has("first")
    bucket.refuses(code)
    bucket.template.html()
    bucket.now = FRESH_SECONDS
    assert bucket.template.html() == "first"


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchKey"])
def test_template_without_build_is_unavailable(bucket: Bucket, code: str) -> None:
    bucket.refuses(code)
    with pytest.raises(Unavailable):
        bucket.template.html()
