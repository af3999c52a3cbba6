"""The parts of a rehearsal. `make rehearse` runs all of it."""

import base64
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from localcloud.rehearsal.host_names import serving
from localcloud.rehearsal.plan_requests import missing_actions
from localcloud.rehearsal.rehearsal import EXAMPLE, set_values
from localcloud.rehearsal.walkthrough import LEFT_OUT, PAGES, expected_failure, steps
from stacks.settings import Settings
from tests.support.waiting import TIMEOUT_SECONDS, wait_until

ROOT = Path(__file__).parents[4]
ALLOWED = {"statement": [{"actions": ["dynamodb:DescribeTable"]}]}


class Echo(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(201)
        self.send_header("x-path", self.path)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def echo(handler: type[Echo] = Echo) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def recorded(folder: Path, operation: str, program: str = "HashiCorp/1.0") -> Path:
    """A file with one request, as the emulator records it."""
    headers = {
        "authorization": "AWS4-HMAC-SHA256 Credential=test/20261129/eu-west-1/dynamodb/aws4_request, x",
        "x-amz-target": f"DynamoDB_20120810.{operation}",
        "user-agent": program,
    }
    body = base64.b64encode(b"{}").decode()
    file = folder / "requests.jsonl"
    file.write_text(
        json.dumps({"method": "POST", "path": "/", "query": "", "headers": headers, "body": body}) + "\n"
    )
    return file


def test_host_names_are_served_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # a user's own
    with echo() as port, serving({"api.books.example.com": port}, tmp_path) as environment:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with httpx.Client() as http:
            first = http.post("https://api.books.example.com/v1/orders?x=1", content=b"one")
            second = http.post("https://api.books.example.com/v1/orders", content=b"two")
            with pytest.raises(httpx.ProxyError, match="403"):
                http.get("https://aws.amazon.com/")
    assert (first.status_code, first.headers["x-path"], first.text) == (201, "/v1/orders?x=1", "one")
    assert second.text == "two"


def test_client_that_leaves_early_prints_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    received, left = threading.Event(), threading.Event()

    class Slow(Echo):
        def do_POST(self) -> None:
            received.set()
            left.wait(TIMEOUT_SECONDS)
            super().do_POST()

    with echo(Slow) as port, serving({"api.books.example.com": port}, tmp_path) as environment:
        before = threads()
        proxy = httpx.URL(environment["HTTPS_PROXY"])
        with socket.create_connection((proxy.host, proxy.port or 0)) as plain:
            plain.sendall(b"CONNECT api.books.example.com:443 HTTP/1.1\r\n\r\n")
            assert b" 200 " in plain.recv(1000)
            trusted = ssl.create_default_context(cafile=environment["SSL_CERT_FILE"])
            with trusted.wrap_socket(plain, server_hostname="api.books.example.com") as client:
                client.sendall(b"POST / HTTP/1.1\r\ncontent-length: 100000\r\n\r\n" + bytes(100_000))
                assert received.wait(TIMEOUT_SECONDS)
        left.set()
        wait_until(lambda: threads() <= before, failure="the proxy still answers")
    assert capfd.readouterr().err == ""


def threads() -> set[int | None]:
    return {thread.ident for thread in threading.enumerate()}


def test_plan_requests_within_policy_miss_nothing(tmp_path: Path) -> None:
    assert missing_actions(recorded(tmp_path, "DescribeTable"), ALLOWED) == set()


def test_plan_requests_beyond_policy_are_named(tmp_path: Path) -> None:
    assert missing_actions(recorded(tmp_path, "GetItem"), ALLOWED) == {"dynamodb:GetItem"}


def test_plan_requests_of_other_programs_do_not_count(tmp_path: Path) -> None:
    assert missing_actions(recorded(tmp_path, "GetItem", program="Boto3/1.40"), ALLOWED) == set()


def test_every_page_is_rehearsed() -> None:
    for page in PAGES:
        assert [step for step in steps(page) if not step.left_out], page.stem


def test_left_out_commands_are_in_the_walkthrough() -> None:
    commands = [step.command for page in PAGES for step in steps(page)]
    for start in LEFT_OUT:
        assert any(command.startswith(start) for command in commands), start


def test_commands_for_aws_name_their_settings() -> None:
    """Without them a command uses those of the local cloud."""
    local = ("make install", "make up", "make drill")
    commands = [step.command for page in PAGES for step in steps(page) if step.command.startswith("make ")]
    assert [each for each in commands if "SETTINGS=" not in each and not each.startswith(local)] == []


STALE = "│ eu-west-1 │ yes │ no │\neu-west-1: the bestsellers are stale\nmake: *** [status] Error 1\n"


def test_status_without_redis_is_expected_to_fail() -> None:
    assert expected_failure("make status SETTINGS=settings/mine.toml", STALE)


@pytest.mark.parametrize(
    ("command", "output"),
    [
        ("make status", f"ap-southeast-1: unhealthy, HTTP 503\n{STALE}"),
        ("make status", f"{STALE}eu-west-1 is evacuated; undo it with: make restore REGION=eu-west-1\n"),
        ("make status", "make: *** [status] Error 1\n"),
        ("make restore", STALE),
    ],
)
def test_other_failures_are_not_expected(command: str, output: str) -> None:
    assert expected_failure(command, output) is None


def test_example_settings_take_the_walkthroughs_values(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text((ROOT / "settings/example.toml").read_text())
    set_values(file, {**EXAMPLE, "regions": '["eu-west-1"]'})
    settings = Settings.load(file)
    assert (settings.name, settings.domain) == ("bookstore-trial", "books.example.com")
    assert settings.regions == ("eu-west-1",)


def test_emulated_settings_leave_out_what_an_emulator_lacks() -> None:
    plain, emulated = Settings(regions=("eu-west-1",)), Settings(regions=("eu-west-1",), emulated=True)
    assert (plain.supports_trace_sampling, emulated.supports_trace_sampling) == (True, False)
    assert emulated.has_emulator_drift
    assert emulated.protected
    assert emulated.api_url() == plain.api_url()
