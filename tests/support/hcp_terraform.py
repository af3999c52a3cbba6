"""A stand-in for HCP Terraform's API, as far as Terraform's `cloud` and `remote` backends use it in local execution.

https://developer.hashicorp.com/terraform/cloud-docs/api-docs. Differences: one organization that accepts any token, no
permissions, workspaces in local execution mode, everything in memory.
"""

import base64
import datetime
import hashlib
import ipaddress
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ORGANIZATION = "books"


@dataclass
class Workspace:
    """A workspace with the versions of its state."""

    id: str
    name: str
    locked: bool = False
    states: list[bytes] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        actions = (
            "lock",
            "unlock",
            "force-unlock",
            "update",
            "queue-apply",
            "queue-run",
            "read-settings",
            "destroy",
        )
        attributes = {
            "name": self.name,
            "locked": self.locked,
            "operations": False,
            "execution-mode": "local",
            "terraform-version": "1.11.4",
            "permissions": {f"can-{action}": True for action in actions},
        }
        return {"id": self.id, "type": "workspaces", "attributes": attributes}


class HcpTerraform:
    """The API's data and routes; `address` is its host and port."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.workspaces: dict[str, Workspace] = {}
        self._routes: list[tuple[str, str, Callable[..., tuple[int, Any]]]] = [
            ("GET", r"ping", lambda _body: (204, None)),
            ("GET", r"organizations/\w+/entitlement-set", self._entitlements),
            ("GET", r"organizations/\w+/projects", lambda _body: (200, {"data": []})),
            ("GET", r"organizations/\w+/workspaces", self._list),
            ("POST", r"organizations/\w+/workspaces", self._create),
            ("GET", r"organizations/\w+/workspaces/([\w-]+)", self._read_by_name),
            ("GET", r"organizations/\w+", lambda _body: (200, _resource("organizations", ORGANIZATION, {}))),
            ("GET", r"workspaces/(ws-[\w-]+)", lambda _body, id: (200, {"data": self._by_id(id).document()})),
            (
                "PATCH",
                r"workspaces/(ws-[\w-]+)",
                lambda _body, id: (200, {"data": self._by_id(id).document()}),
            ),
            ("POST", r"workspaces/(ws-[\w-]+)/actions/(lock|unlock|force-unlock)", self._act),
            ("GET", r"workspaces/(ws-[\w-]+)/current-state-version", self._current),
            ("POST", r"workspaces/(ws-[\w-]+)/state-versions", self._create_version),
            ("GET", r"state-versions/(ws-[\w-]+)\.(\d+)/outputs", lambda _body, *_: (200, {"data": []})),
            ("GET", r"state-versions/(ws-[\w-]+)\.(\d+)", self._version),
            ("GET", r"states/(ws-[\w-]+)\.(\d+)", self._download),
            ("PUT", r"states/(ws-[\w-]+)\.json", lambda _body, _id: (200, None)),
            ("PUT", r"states/(ws-[\w-]+)", self._upload),
        ]

    def cli_configuration(self) -> str:
        """Service discovery and a token for Terraform's CLI configuration."""
        services = ", ".join(
            f'"{name}" = "https://{self.address}/api/v2/"' for name in ("tfe.v2", "tfe.v2.1", "tfe.v2.2")
        )
        return (
            f'host "{self.address}" {{\n  services = {{ {services} }}\n}}\n'
            f'credentials "{self.address}" {{\n  token = "test"\n}}\n'
        )

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Status and document of a request; 404 for what does not exist."""
        for wanted, pattern, route in self._routes:
            found = re.fullmatch(rf"/api/v2/{pattern}/?", path)
            if wanted == method and found:
                try:
                    return route(body, *found.groups())
                except KeyError:
                    break
        return 404, {"errors": [{"status": "404", "title": "not found"}]}

    def _entitlements(self, _body: bytes) -> tuple[int, Any]:
        names = ("operations", "private-module-registry", "state-storage", "teams")
        return 200, _resource("entitlement-sets", ORGANIZATION, dict.fromkeys(names, True))

    def _list(self, _body: bytes) -> tuple[int, Any]:
        return 200, {"data": [each.document() for each in self.workspaces.values()]}

    def _create(self, body: bytes) -> tuple[int, Any]:
        name = json.loads(body)["data"]["attributes"]["name"]
        workspace = self.workspaces.setdefault(name, Workspace(f"ws-{name}", name))
        return 201, {"data": workspace.document()}

    def _read_by_name(self, _body: bytes, name: str) -> tuple[int, Any]:
        return 200, {"data": self.workspaces[name].document()}

    def _by_id(self, id: str) -> Workspace:
        return self.workspaces[id.removeprefix("ws-")]

    def _act(self, _body: bytes, id: str, action: str) -> tuple[int, Any]:
        workspace, wants_lock = self._by_id(id), action == "lock"
        if workspace.locked == wants_lock:
            return 409, {"errors": [{"status": "409", "title": "conflict"}]}
        workspace.locked = wants_lock
        return 200, {"data": workspace.document()}

    def _current(self, body: bytes, id: str) -> tuple[int, Any]:
        number = len(self._by_id(id).states)
        if not number:
            raise KeyError(id)
        return self._version(body, id, str(number))

    def _version(self, _body: bytes, id: str, number: str) -> tuple[int, Any]:
        state = json.loads(self._by_id(id).states[int(number) - 1])
        attributes = {
            "serial": state["serial"],
            "status": "finalized",
            "hosted-state-download-url": f"https://{self.address}/api/v2/states/{id}.{number}",
        }
        return 200, _resource("state-versions", f"{id}.{number}", attributes)

    def _create_version(self, body: bytes, id: str) -> tuple[int, Any]:
        workspace, attributes = self._by_id(id), json.loads(body)["data"]["attributes"]
        if state := attributes.get("state"):
            content = base64.b64decode(state)
            assert hashlib.md5(content, usedforsecurity=False).hexdigest() == attributes["md5"]
            workspace.states.append(content)
        upload = f"https://{self.address}/api/v2/states/{id}"
        urls = {"hosted-state-upload-url": upload, "hosted-json-state-upload-url": f"{upload}.json"}
        return 201, _resource(
            "state-versions", f"{id}.{len(workspace.states) + 1}", {"status": "pending", **urls}
        )

    def _upload(self, body: bytes, id: str) -> tuple[int, Any]:
        self._by_id(id).states.append(body)
        return 200, None

    def _download(self, _body: bytes, id: str, number: str) -> tuple[int, Any]:
        return 200, self._by_id(id).states[int(number) - 1]


@contextmanager
def hcp_terraform(folder: Path) -> Iterator[HcpTerraform]:
    """Serve the stand-in over TLS. `folder` gets `ca.pem`, which SSL_CERT_FILE must name for Terraform."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    api = HcpTerraform(f"localhost:{server.server_address[1]}")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, document = api.answer(self.command, self.path.partition("?")[0], body)
            content = (
                document
                if isinstance(document, bytes)
                else b""
                if document is None
                else json.dumps(document).encode()
            )
            self.send_response(status)
            self.send_header("content-type", "application/vnd.api+json")
            self.send_header("tfp-api-version", "2.6")
            if status != 204:
                self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _handle  # noqa: N815  http.server's names

        def log_message(self, *_arguments: object) -> None:
            pass

    server.RequestHandlerClass = Handler
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _resource(type_: str, id: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"data": {"id": id, "type": type_, "attributes": attributes}}


def _certificate(folder: Path) -> Path:
    """A key with a self-signed certificate for localhost, which is its own CA."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    addresses = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "ca.pem").write_bytes(pem)
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + pem
    )
    return file
