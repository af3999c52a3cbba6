"""A page of another origin in the developer's browser, against the ports of the local cloud."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from localcloud.addresses import edge_ports
from localcloud.layout import HOST, Layout
from ops.deployment import Deployment
from tests.support.browser import OpenShop

pytestmark = pytest.mark.shared

READ_PORTS = """async ports => {
  const read = [];
  for (const port of ports)
    await fetch(`http://127.0.0.1:${port}/`).then(() => read.push(port), () => {});
  return read;
}"""

CHANGE_EMULATOR = """async address => {
  const create = name => `Action=CreateTopic&Version=2010-03-31&Name=${name}`;
  const image = new Image();
  const loaded = new Promise(done => { image.onload = image.onerror = done; });
  image.src = `${address}/?${create('hostile-image')}`;
  await loaded;
  const form = new URLSearchParams(create('hostile-form'));
  await fetch(address, { method: 'POST', mode: 'no-cors', body: form }).catch(() => {});
  await fetch(`${address}/hostile-bucket`, { method: 'PUT' }).catch(() => {});
}"""

RUN_SCRIPT = """async source => {
  window.run = () => { window.hasRun = true; };
  const script = document.createElement('script');
  const loaded = new Promise(done => { script.onload = script.onerror = done; });
  script.src = source;
  document.head.append(script);
  await loaded;
  return window.hasRun === true;
}"""

JSONP = "/wp-json/wp/v2/posts?_jsonp=run"


class EmptyPage(BaseHTTPRequestHandler):
    """Answers with a page without content."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()

    def log_message(self, format: str, *values: Any) -> None:
        """Print nothing."""


@pytest.fixture
def hostile_page(browser: Browser) -> Iterator[Page]:
    """A page at `localhost`, which is another site than 127.0.0.1."""
    with ThreadingHTTPServer((HOST, 0), EmptyPage) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"http://localhost:{server.server_port}/")
        yield page
        context.close()
        server.shutdown()


def test_hostile_page_reads_no_port(hostile_page: Page, layout: Layout, deployment: Deployment) -> None:
    ports = [*edge_ports(layout, tuple(deployment.regions)), layout.aws, layout.rds]
    assert hostile_page.evaluate(READ_PORTS, ports) == []


def test_hostile_page_changes_nothing(
    hostile_page: Page, endpoints: dict[str, Any], deployment: Deployment
) -> None:
    hostile_page.evaluate(CHANGE_EMULATOR, endpoints["aws_endpoint"])
    # The emulator takes this region for a request without a signature.
    topics = deployment.client("sns", "us-east-1").list_topics()["Topics"]
    buckets = deployment.client("s3", "us-east-1").list_buckets()["Buckets"]
    assert not [topic for topic in topics if "hostile" in topic["TopicArn"]]
    assert not [bucket for bucket in buckets if "hostile" in bucket["Name"]]


def test_hostile_page_runs_no_jsonp(hostile_page: Page, endpoints: dict[str, Any]) -> None:
    for origin in (endpoints["storefront"], endpoints.get("blog", endpoints["storefront"])):
        assert not hostile_page.evaluate(RUN_SCRIPT, f"{origin}{JSONP}")


def test_shop_page_runs_no_jsonp(visitor: OpenShop) -> None:
    """The shop's content security policy allows scripts of its own origin, which has the blog's REST API."""
    visit = visitor()
    visit.expect_console_error("wp-json")  # Chromium logs the refusal
    visit.open("/")
    assert not visit.page.evaluate(RUN_SCRIPT, JSONP)
