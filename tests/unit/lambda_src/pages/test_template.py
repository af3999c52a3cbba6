"""The page of the build, read from the region's bucket."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from pages.models import Build
from pages.store import FRESH_SECONDS, Template, parse_build
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

    def breaks_off(self) -> None:
        self.stub.add_response("get_object", {"Body": StreamingBody(BytesIO(b"<ti"), 100)})

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
    assert [bucket.template.build().html for _ in range(2)] == ["first", "first"]
    bucket.now = FRESH_SECONDS
    assert bucket.template.build().html == "second"


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchKey", "SlowDown"])
def test_template_outlives_unreadable_bucket(bucket: Bucket, code: str) -> None:
    bucket.has("first")
    bucket.refuses(code)
    bucket.template.build()
    bucket.now = FRESH_SECONDS
    assert bucket.template.build().html == "first"


def test_template_outlives_answer_that_breaks_off(bucket: Bucket) -> None:
    bucket.breaks_off()
    with pytest.raises(Unavailable):
        bucket.template.build()
    bucket.has("first")
    bucket.template.build()
    bucket.now = FRESH_SECONDS
    bucket.breaks_off()
    assert bucket.template.build().html == "first"


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchKey"])
def test_template_without_build_is_unavailable(bucket: Bucket, code: str) -> None:
    bucket.refuses(code)
    with pytest.raises(Unavailable):
        bucket.template.build()


TEXTS = {
    "headline": "H",
    "lead": "L",
    "action": "A",
    "bestsellers": "B",
    "categories": {"Cars": "Autos"},
    "introduction": "I",
    "introductions": {"Cars": "C"},
}


@pytest.mark.parametrize(
    ("texts", "languages"),
    [
        ({"de": TEXTS, "en": {**TEXTS, "newer": "text"}}, {"de", "en"}),
        ({"de": TEXTS, "en": {"headline": "older"}}, {"de"}),
    ],
)
def test_build_texts_are_taken_out(texts: dict[str, Any], languages: set[str]) -> None:
    build = parse_build(f'<p><script type="application/json" id="texts">{json.dumps(texts)}</script></p>')
    assert build.html == "<p></p>"
    assert build.texts.keys() == languages
    assert build.texts["de"].category("Cars") == "Autos"
    assert build.texts["de"].category("Unknown") == "Unknown"


def test_build_without_texts_has_none() -> None:
    assert parse_build("<p></p>") == Build("<p></p>", {})
