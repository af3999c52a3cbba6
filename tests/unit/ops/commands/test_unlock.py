"""`ops unlock` with the real Terraform and a stand-in of S3."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from ops.commands import unlock
from stacks.settings import Settings
from tests.support.operators import run_ops
from tests.support.terraform_stacks import SETTINGS, S3State, TerraformStacks

LOCK = {
    "ID": "5f2c",
    "Operation": "OperationTypeApply",
    "Who": "ada@laptop",
    "Created": "2026-01-31T12:00:00Z",
    "Path": "states/global/terraform.tfstate",
}
LOCK_FILE = f"/{LOCK['Path']}.tflock"


@dataclass
class Bucket:
    """Objects by path. Every request is refused while `is_expired` is true."""

    objects: dict[str, bytes] = field(default_factory=dict)
    is_expired: bool = False


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """The bucket of a stack's state, without objects."""
    bucket = Bucket()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, _, query = self.path.partition("?")
            if "list-type" in query or path not in bucket.objects:
                is_list = "list-type" in query
                self._answer(
                    200 if is_list else 404, b"<ListBucketResult/>" if is_list else error("NoSuchKey")
                )
            else:
                self._answer(200, bucket.objects[path])

        def do_HEAD(self) -> None:
            self.do_GET()

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            path = self.path.partition("?")[0]
            if path in bucket.objects and self.headers["If-None-Match"]:
                self._answer(412, error("PreconditionFailed"))
            else:
                bucket.objects[path] = body
                self._answer(200, b"")

        def do_DELETE(self) -> None:
            if not bucket.is_expired:
                bucket.objects.pop(self.path.partition("?")[0], None)
            self._answer(204, b"")

        def _answer(self, status: int, body: bytes) -> None:
            if bucket.is_expired:
                status, body = 403, error("ExpiredToken")
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{server.server_port}")
        for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(key, "test")
        monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "cdktf.out"))
        monkeypatch.setattr(Settings, "load", lambda _file: SETTINGS)
        monkeypatch.setattr(unlock, "synthesize", lambda *_: None)
        TerraformStacks(tmp_path / "cdktf.out", {"global": (), "one": ("global",)}, S3State("states"))
        yield bucket
        server.shutdown()


def error(code: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()


def test_unlock_removes_lock(bucket: Bucket) -> None:
    bucket.objects[LOCK_FILE] = json.dumps(LOCK).encode()
    result = run_ops("unlock", "global", "--yes")
    assert result.exit_code == 0, result.output
    assert "locked by ada@laptop" in result.stdout
    assert LOCK_FILE not in bucket.objects


@pytest.mark.parametrize("stack", ["global", "one"])
def test_unlock_of_free_state_says_so(bucket: Bucket, stack: str) -> None:
    """Also of a stack that reads one that is not deployed."""
    result = run_ops("unlock", stack, "--yes")
    assert (result.exit_code, result.stdout) == (0, f"{stack}: the state is not locked\n"), result.output
    assert bucket.objects == {}


def test_unlock_without_access_says_why(bucket: Bucket) -> None:
    assert run_ops("unlock", "global", "--yes").exit_code == 0
    bucket.objects[LOCK_FILE] = json.dumps(LOCK).encode()
    bucket.is_expired = True
    result = run_ops("unlock", "global", "--yes")
    assert result.exit_code == 1
    assert "not locked" not in result.output
    assert "ExpiredToken" in result.stderr
