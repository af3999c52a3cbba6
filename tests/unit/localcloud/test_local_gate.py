"""The gate before every local port."""

import pytest

from localcloud.local_gate import LocalGate, own_origins

STOREFRONT = "http://127.0.0.1:4560"
EMULATOR = LocalGate(origins=own_origins(4560), cognito_only=True)
PAGES = LocalGate(pages=True)
ROOM = LocalGate(origins=own_origins(4562), pages=True)
LOCAL = {"host": "127.0.0.1:4566"}
COGNITO = {"x-amz-target": "AWSCognitoIdentityProviderService.SignUp"}
NAVIGATION = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.mark.parametrize(
    "host", ["127.0.0.1:1", "localhost", "[::1]:1", "127.1.2.3", "a1.execute-api.localhost:1"]
)
def test_gate_loopback_host_passes(host: str) -> None:
    assert EMULATOR.refusal("POST", {"host": host}) is None


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "", "localhost.evil.example:1"]
)
def test_gate_foreign_host_is_refused(host: str) -> None:
    for gate in (EMULATOR, PAGES, ROOM):
        assert gate.refusal("GET", {"host": host})


@pytest.mark.parametrize("gate", [EMULATOR, PAGES, ROOM])
def test_gate_cross_site_is_refused(gate: LocalGate) -> None:
    for method in ("GET", "POST"):
        assert gate.refusal(method, {**LOCAL, "sec-fetch-site": "cross-site"})


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999", **COGNITO},
        {"origin": STOREFRONT},
        {"origin": STOREFRONT, "x-amz-target": "DynamoDB_20120810.PutItem"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        NAVIGATION,
    ],
)
def test_emulator_gate_refuses_pages(headers: dict[str, str]) -> None:
    assert EMULATOR.refusal("POST", {**LOCAL, **headers})
    assert EMULATOR.refusal("GET", {**LOCAL, **headers})


def test_emulator_gate_allows_storefront_cognito() -> None:
    page = {**LOCAL, "origin": STOREFRONT, "sec-fetch-site": "same-site"}
    assert EMULATOR.refusal("POST", {**page, **COGNITO}) is None
    preflight = {"access-control-request-headers": "content-type,x-amz-target"}
    assert EMULATOR.refusal("OPTIONS", {**page, **preflight}) is None


def test_pages_gate_allows_links() -> None:
    for gate in (PAGES, ROOM):
        assert gate.refusal("GET", {**LOCAL, **NAVIGATION}) is None
        assert gate.refusal("POST", {**LOCAL, **NAVIGATION})
        assert gate.refusal("GET", {**LOCAL, **NAVIGATION, "sec-fetch-dest": "iframe"})


def test_room_gate_allows_own_page_only() -> None:
    own = {**LOCAL, "origin": "http://127.0.0.1:4562", "sec-fetch-site": "same-origin"}
    assert ROOM.refusal("POST", own) is None
    assert ROOM.refusal("POST", {**LOCAL, "origin": STOREFRONT, "sec-fetch-site": "same-site"})
    assert ROOM.refusal("GET", {**LOCAL, "sec-fetch-site": "same-site"})


def test_gate_programs_pass() -> None:
    for gate in (EMULATOR, PAGES, ROOM):
        assert gate.refusal("POST", LOCAL) is None
