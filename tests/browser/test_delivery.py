"""Delivery of the storefront's files through the distribution and both regions' buckets."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import expect

from ops.deployment import Deployment
from tests.support.browser import OpenShop

POST = {
    "id": 1,
    "link": "http://127.0.0.1/soup",
    "date": "2026-10-01T10:00:00",
    "title": {"rendered": "A winter of soups &amp; bread"},
    "excerpt": {"rendered": "<p>Four soups for cold evenings.</p>"},
}


@pytest.fixture
def first_bucket_denied(deployment: Deployment) -> Iterator[None]:
    """Denies reads of the first region's bucket during the test."""
    region = next(iter(deployment.regions))
    bucket = deployment.regions[region].web_bucket
    s3 = deployment.client("s3", region)
    try:
        before = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    except ClientError:
        before = None
    deny = {
        "Sid": "BrokenForATest",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    policy = json.loads(before) if before else {"Version": "2012-10-17", "Statement": []}
    policy["Statement"] = [*policy["Statement"], deny]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    yield
    if before:
        s3.put_bucket_policy(Bucket=bucket, Policy=before)
    else:
        s3.delete_bucket_policy(Bucket=bucket)


@pytest.mark.usefixtures("pages_function_stopped", "first_bucket_denied")
def test_pages_load_from_the_second_bucket(visitor: OpenShop) -> None:
    visit = visitor()
    visit.open("/")
    visit.open("/books/the-joy-of-cooking")
    visit.picture("from-the-other-bucket")


def test_page_has_security_headers(visitor: OpenShop) -> None:
    visit = visitor()
    response = visit.page.goto("/category/Poetry")
    assert response is not None
    assert response.status == 200
    headers = response.headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "max-age" in headers["strict-transport-security"]
    assert headers["referrer-policy"]
    assert headers["permissions-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "max-age=0" in headers["cache-control"]


def test_assets_are_cached_and_settings_are_not(visitor: OpenShop) -> None:
    visit = visitor()
    kept: dict[str, str] = {}
    visit.page.on("response", lambda r: kept.update({r.url: r.headers.get("cache-control", "")}))
    visit.open("/")
    assets = {url: policy for url, policy in kept.items() if "/assets/" in url}
    assert len(assets) >= 3
    assert all("max-age=31536000" in policy and "immutable" in policy for policy in assets.values()), assets
    config = next(policy for url, policy in kept.items() if url.endswith("/config.json"))
    assert "no-store" in config or "no-cache" in config


def test_blog_posts_are_optional(visitor: OpenShop) -> None:
    visit = visitor()
    page = visit.page
    answers: list[dict[str, Any]] = [{"json": [POST]}, {"status": 204}]
    page.route(
        "**/config.json", lambda route: route.fulfill(json={**route.fetch().json(), "blog": "/blog-api"})
    )
    page.route("**/blog-api/**", lambda route: route.fulfill(**answers[0]))
    visit.open("/books/the-joy-of-cooking")
    expect(page.get_by_role("link", name="A winter of soups & bread")).to_be_visible()
    answers.pop(0)
    with page.expect_response("**/blog-api/**"):
        visit.open("/books/the-joy-of-cooking")
    expect(page.get_by_role("link", name="A winter of soups & bread")).to_have_count(0)
