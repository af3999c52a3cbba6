"""Requests that count as editing, decided from the request alone."""

from typing import Any

import pytest

from tests.support.php import answer, needs_php

pytestmark = needs_php

OFFICE = "203.0.113.0/24, 2001:db8::/33"


def is_editing(addresses: str, *cookies: str, **server: str) -> Any:
    return answer(
        "Bookstore_Access",
        "return Bookstore_Access::is_editing();",
        before="define('BOOKSTORE_ADMIN_ADDRESSES', $given['addresses']);"
        "$_SERVER = $given['server']; $_COOKIE = $given['cookies'];",
        addresses=addresses,
        server={"REQUEST_URI": "/", "REQUEST_METHOD": "GET", "SCRIPT_NAME": "/index.php", **server},
        cookies=dict.fromkeys(cookies, "x"),
    )


@pytest.mark.parametrize(
    ("address", "admitted"),
    [
        ("203.0.113.9", True),
        ("203.0.114.9", False),
        ("2001:db8:7fff::1", True),
        ("2001:db8:8000::1", False),
        ("::ffff:203.0.113.9", False),
        ("nonsense", False),
        ("", False),
    ],
)
def test_editing_needs_listed_address(address: str, admitted: bool) -> None:
    assert is_editing(OFFICE, REQUEST_URI="/wp-admin/", HTTP_X_FORWARDED_FOR=address) is admitted


def test_editing_uses_last_forwarded_address() -> None:
    assert not is_editing(OFFICE, REQUEST_URI="/wp-admin/", HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.1")
    assert is_editing(OFFICE, REQUEST_URI="/wp-admin/", HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.9")


def test_editing_with_empty_list_is_refused() -> None:
    assert not is_editing("", REQUEST_URI="/wp-admin/", REMOTE_ADDR="127.0.0.1")


@pytest.mark.parametrize(
    "request_of",
    [
        {"REQUEST_URI": "/wp-admin/post.php?post=1"},
        {"REQUEST_URI": "//wp-login.php"},
        {"REQUEST_URI": "/%77p-login.php"},
        {"REQUEST_URI": "/x", "SCRIPT_NAME": "/wp-login.php"},
        {"REQUEST_METHOD": "POST"},
        {"HTTP_AUTHORIZATION": "Basic x"},
    ],
)
def test_editing_requests_are_recognized(request_of: dict[str, str]) -> None:
    assert is_editing(OFFICE, HTTP_X_FORWARDED_FOR="203.0.113.9", **request_of)
    assert not is_editing(OFFICE, HTTP_X_FORWARDED_FOR="198.51.100.1", **request_of)


def test_editing_excludes_anonymous_reads() -> None:
    assert not is_editing(OFFICE, HTTP_X_FORWARDED_FOR="203.0.113.9")
    assert is_editing(OFFICE, "wordpress_logged_in_0a1b", HTTP_X_FORWARDED_FOR="203.0.113.9")


@pytest.mark.parametrize("block", ["0.0.0.0/0", "203.0.113.9", "203.0.113.8/30", "203.0.113.9/32"])
def test_editing_accepts_any_prefix_length(block: str) -> None:
    assert is_editing(block, REQUEST_METHOD="POST", HTTP_X_FORWARDED_FOR="203.0.113.9")
