"""The writer's region is lost, a standby takes over, and all published posts remain."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator

import pytest

from localcloud.blog.service import Blog
from localcloud.layout import ROOT
from tests.e2e.blog.conftest import Publisher
from tests.support.blog_reader import Reader
from tests.support.cloud import Cloud
from tests.support.waiting import wait_until

pytestmark = pytest.mark.blog

NOTICED_WITHIN = 60.0
"""Seconds: two health checks of 10 s, with allowance for a busy machine."""


@pytest.fixture
def mended(cloud: Cloud, blog: Blog) -> Iterator[None]:
    """After the test, the first region's blog runs and is the writer."""
    yield
    for region in cloud.regions:
        blog.start_region(region)
    if blog.writer != cloud.regions[0]:
        assert promote(cloud.regions[0]).returncode == 0


def promote(region: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `ops blog-promote`."""
    return subprocess.run(
        [sys.executable, "-m", "ops", "blog-promote", region, *options],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_standby_becomes_writer_after_loss(
    cloud: Cloud, blog: Blog, readers: dict[str, Reader], anyone: Reader, publisher: Publisher, mended: None
) -> None:
    home, standby = cloud.regions[:2]
    published = f"before-{uuid.uuid4().hex[:8]}"
    publisher.publish(published)
    wait_until(lambda: published in readers[standby].slugs())
    everything = readers[home].slugs()

    blog.stop_region(home)
    wait_until(lambda: anyone.get("/").headers.get("x-region") == standby, NOTICED_WITHIN)
    assert anyone.slugs() == everything

    refused = promote(standby)
    assert refused.returncode == 1, "a planned switch needs the writer to answer"
    done = promote(standby, "--disaster")
    assert done.returncode == 0, done.stderr
    assert blog.writer == standby

    afterwards = f"after-{uuid.uuid4().hex[:8]}"
    publisher.publish(afterwards)
    assert anyone.slugs() == {*everything, afterwards}

    blog.start_region(home)
    wait_until(lambda: readers[home].get("/readyz").status_code == 200)
    assert readers[home].slugs() == {*everything, afterwards}, "its readers see all posts from the first"


def test_planned_switch_keeps_all_posts(
    cloud: Cloud, blog: Blog, readers: dict[str, Reader], publisher: Publisher, mended: None
) -> None:
    home, standby = cloud.regions[:2]
    published = [f"switch-{uuid.uuid4().hex[:8]}" for _ in range(3)]
    for slug in published:
        publisher.publish(slug)
    done = promote(standby)
    assert done.returncode == 0, done.stderr
    assert blog.writer == standby
    assert set(published) <= readers[standby].slugs()
    assert readers[standby].get("/readyz").json()["writer"] is True
    assert readers[home].get("/readyz").json()["writer"] is False
    again = promote(standby)
    assert again.returncode == 0
    assert "already" in again.stdout
