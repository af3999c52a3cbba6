"""Requests to closed scripts, against PHP's server with the router that stands in for Apache."""

import http.client
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.php import needs_php
from tests.support.ports import free_base
from tests.support.waiting import TIMEOUT_SECONDS, wait_until

pytestmark = needs_php

ROOT = Path(__file__).parents[3]
SERVED = "<?php echo 'served ' . basename(__FILE__);"
SCRIPTS = (
    "index.php",
    "wp-login.php",
    "xmlrpc.php",
    "wp-admin/index.php",
    "wp-admin/load-scripts.php",
    "wp-admin/load-styles.php",
)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A server with scripts that never load WordPress, like wp-admin/load-scripts.php."""
    root = tmp_path_factory.mktemp("root")
    for script in SCRIPTS:
        path = root / script
        path.parent.mkdir(exist_ok=True)
        path.write_text(SERVED)
    (root / "wp-content").symlink_to(ROOT / "blog/wp-content")
    port = free_base()
    prepend = ROOT / "blog/wp-content/bookstore/prepend.php"
    command = ["php", "-d", f"auto_prepend_file={prepend}", "-S", f"127.0.0.1:{port}", "-t", str(root)]
    router = ROOT / "localcloud/blog/router.php"
    environment = {"WORDPRESS_ADMIN_ADDRESSES": "203.0.113.7/32", "WORDPRESS_DB_WRITER_HOST": "writer"}
    with subprocess.Popen([*command, str(router)], env=environment, stderr=subprocess.DEVNULL) as server:
        wait_until(lambda: _listens(port), failure=lambda: "PHP's server did not start")
        yield port
        server.terminate()


def _listens(port: int) -> bool:
    try:
        return send(port, "/")[0] == 200
    except OSError:
        return False


def send(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
    """Send the path as it is: other HTTP clients normalize it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    connection.putrequest(method, path, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body


@pytest.mark.parametrize(
    "path",
    [
        "/wp-admin/load-scripts.php?c=0&load=jquery-core",
        "//wp-admin/load-scripts.php",
        "/%77p-admin/load-scripts.php",
        "/x/../wp-admin/load-scripts.php",
        "/./wp-admin/load-styles.php",
        "/wp-admin/load-scripts.php/x",
        "//xmlrpc.php",
        "/wp-admin/",
        "//wp-admin/index.php",
        "/x/../wp-login.php",
    ],
)
def test_closed_script_is_refused(port: int, path: str) -> None:
    status, body = send(port, path)
    assert (status, "served" in body) == (403, False)


def test_open_path_is_served(port: int) -> None:
    assert send(port, "/a-post/") == (200, "served index.php")


@pytest.mark.parametrize("query", ["_jsonp=run", "_method=DELETE", "_jsonp[]=run"])
def test_parameter_that_changes_meaning_is_refused(port: int, query: str) -> None:
    assert send(port, f"/wp-json/wp/v2/posts?{query}")[0] == 400


def test_method_override_header_is_refused(port: int) -> None:
    assert send(port, "/wp-json/", X_HTTP_Method_Override="DELETE")[0] == 400
    editor = {"X_HTTP_Method_Override": "PUT", "X_Forwarded_For": "203.0.113.7"}
    assert send(port, "/wp-json/", "POST", **editor)[0] == 200


def test_editor_uses_administration(port: int) -> None:
    editor = {"X_Forwarded_For": "203.0.113.7"}
    assert send(port, "/wp-admin/index.php", **editor) == (200, "served index.php")
    assert send(port, "/wp-admin/load-scripts.php", **editor)[0] == 403


@pytest.mark.parametrize("forged", ["203.0.113.7", "203.0.113.7, 203.0.113.7", "203.0.113.7,"])
def test_forged_client_address_is_ignored(port: int, forged: str) -> None:
    """The load balancer appends the address that it saw to the client's own header."""
    for path in ("/wp-login.php", "//wp-admin/index.php"):
        assert send(port, path, X_Forwarded_For=f"{forged}, 198.51.100.1")[0] == 403
        assert send(port, path, X_Forwarded_For=f"{forged}, 198.51.100.1, 203.0.113.7")[0] == 200
    assert send(port, "/a-post/", "POST", X_Forwarded_For=f"{forged}, 198.51.100.1")[0] == 405
