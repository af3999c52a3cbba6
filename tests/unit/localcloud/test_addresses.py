"""Addresses are published only for what answers."""

import io
from pathlib import Path

from rich.console import Console

from localcloud.addresses import addresses, endpoints
from localcloud.layout import Layout, url
from tests.support.deployments import deployment

REGIONS = ("eu-west-1",)
LAYOUT = Layout(7000, Path("/x"))


def table(blog: str) -> str:
    output = io.StringIO()
    Console(file=output, width=160).print(addresses(LAYOUT, REGIONS, blog=blog))
    return output.getvalue()


def test_endpoints_without_blog_omit_it() -> None:
    assert "7003" not in str(endpoints(LAYOUT, deployment(REGIONS), has_blog=False))
    assert endpoints(LAYOUT, deployment(REGIONS), has_blog=True)["blog"] == "http://127.0.0.1:7003"


def test_table_without_blog_gives_reason() -> None:
    text = table("missing: php-cli")
    assert "7003" not in text
    assert "missing: php-cli" in text
    assert "7003" in table(url(LAYOUT.blog))


def test_table_has_sign_up_code() -> None:
    assert "123456" in table("")
