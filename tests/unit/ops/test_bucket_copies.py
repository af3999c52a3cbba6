"""Comparison of the regions' buckets, and the copy of media to a region that is added later."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID

from ops.bucket_copies import MEDIA, WEB, bucket_name, compare_copies, copy_missing_media
from ops.commands.status import _completeness
from tests.support.mocked_aws import mocked_aws
from tests.support.operators import REGIONS, SETTINGS

PRIMARY, OTHER = REGIONS
WITH_BLOG = SETTINGS.model_copy(update={"features": SETTINGS.features.model_copy(update={"blog": True})})


@pytest.fixture(autouse=True)
def s3() -> Iterator[Any]:
    with mocked_aws():
        client = boto3.client("s3", region_name=PRIMARY)
        for region in REGIONS:
            for kind in (WEB, MEDIA):
                boto3.client("s3", region_name=region).create_bucket(
                    Bucket=bucket_name(WITH_BLOG, kind, region, DEFAULT_ACCOUNT_ID),
                    CreateBucketConfiguration={"LocationConstraint": region},
                )
        yield client


def put(s3: Any, kind: str, region: str, key: str, body: bytes = b"same") -> None:
    s3.put_object(Bucket=bucket_name(WITH_BLOG, kind, region, DEFAULT_ACCOUNT_ID), Key=key, Body=body)


def test_equal_buckets_are_complete(s3: Any) -> None:
    for region in REGIONS:
        put(s3, WEB, region, "index.html")
        put(s3, MEDIA, region, "uploads/a.jpg")
    found = compare_copies(WITH_BLOG)
    assert found[OTHER].is_complete
    assert _completeness(found[OTHER]) == "2, all"


def test_missing_and_stale_files_are_named(s3: Any) -> None:
    put(s3, WEB, PRIMARY, "assets/a.js")
    put(s3, WEB, PRIMARY, "index.html", b"new")
    put(s3, WEB, OTHER, "index.html", b"old")
    found = compare_copies(WITH_BLOG)[OTHER]
    assert (found.missing, found.different) == (("web/assets/a.js",), ("web/index.html",))
    assert _completeness(found) == "2, 1 missing (web/assets/a.js), 1 different (web/index.html)"


def test_new_region_receives_older_media(s3: Any) -> None:
    put(s3, MEDIA, PRIMARY, "uploads/a.jpg")
    put(s3, MEDIA, PRIMARY, "uploads/b.jpg")
    put(s3, MEDIA, OTHER, "uploads/b.jpg")
    assert copy_missing_media(WITH_BLOG) == 1
    assert compare_copies(WITH_BLOG)[OTHER].is_complete
    assert copy_missing_media(WITH_BLOG) == 0
