"""A region that is added to a running shop serves the whole storefront."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import boto3
import pytest
from aiohttp.test_utils import TestClient, TestServer
from multidict import CIMultiDict
from yarl import URL

from localcloud.edge.cloudfront.s3_origin import Buckets, Fetched
from localcloud.edge.cloudfront.server import CloudFront
from localcloud.edge.cloudfront.worker import Worker
from ops.bucket_copies import compare_copies
from ops.deployment import Deployment, terraform_outputs
from tests.e2e.regions.environment import Environment, running_environment
from tests.support.cloud import Cloud
from tests.support.waiting import TIMEOUT_SECONDS, wait_until

FIRST, ADDED = "eu-west-1", "ap-southeast-1"
PAGES = ("/", "/search?q=dune", "/cart", "/orders", "/sign-in")


@pytest.fixture
def environment(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Environment]:
    with running_environment(cloud, tmp_path, monkeypatch, regions=(FIRST, ADDED), storefront=True) as found:
        yield found


def deny_cloudfront(bucket: str) -> None:
    """Take CloudFront's permission out of a bucket's policy."""
    s3 = boto3.client("s3", region_name=FIRST)
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    policy["Statement"] = [each for each in policy["Statement"] if each.get("Sid") != "CloudFrontReads"]
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def files(deployment: Deployment) -> list[str]:
    """Addresses of all files in the first region's bucket."""
    listed: Any = boto3.client("s3", region_name=FIRST).list_objects_v2(
        Bucket=deployment.regions[FIRST].web_bucket
    )
    return [f"/{item['Key']}" for item in listed["Contents"]]


async def load(environment: Environment, deployment: Deployment, paths: Sequence[str]) -> Mapping[str, int]:
    """The status of each path, as the deployment's distribution answers it."""
    distribution_id = str(terraform_outputs(deployment.settings)["edge"]["distribution_id"])

    async def api(_method: str, _host: str, path: str, query: str) -> Fetched:
        route = f"{path.removeprefix('/v1')}?{query}"
        answer = await asyncio.to_thread(environment.answer, deployment.regions[ADDED].api_id, route)
        return Fetched(answer.status_code, CIMultiDict(answer.headers.items()), answer.content)

    async with aiohttp.ClientSession() as session, Worker() as worker:
        front = CloudFront(
            lambda: distribution_id, session, Buckets(URL(environment.aws), set(), api), worker
        )
        # Without decompression, since files are stored with Brotli too, which aiohttp does not decode by itself.
        async with TestClient(TestServer(front.app()), auto_decompress=False) as browser:
            return {path: (await browser.get(path)).status for path in paths}


@pytest.mark.full_size
@pytest.mark.timeout(1800)
def test_added_region_serves_whole_site(environment: Environment) -> None:
    environment.deploy((FIRST,))
    two = environment.deploy((FIRST, ADDED))
    wait_until(
        lambda: compare_copies(two.settings)[ADDED].is_complete,
        TIMEOUT_SECONDS,
        lambda: str(compare_copies(two.settings)[ADDED]),
    )
    bucket = two.regions[FIRST].web_bucket
    assert bucket
    paths = [*PAGES, *files(two)]
    assert len(paths) > len(PAGES) + 3
    deny_cloudfront(bucket)
    statuses = asyncio.run(load(environment, two, paths))
    assert {path: status for path, status in statuses.items() if status != 200} == {}
