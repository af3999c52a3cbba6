"""The bookstore's host names over HTTPS, for programs that respect HTTPS_PROXY.

The commands of an environment on AWS connect to `https://api.<domain>`. Here a proxy ends their TLS with a certificate
of its own and forwards the requests to the edge, which replaces DNS and API Gateway. It forwards to no other host.
"""

import http.client
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from localcloud.environment import without_proxy
from localcloud.layout import HOST

SECONDS = 60
_NOT_FORWARDED = frozenset({"host", "connection", "transfer-encoding"})


@contextmanager
def serving(hosts: Mapping[str, int], folder: Path) -> Iterator[dict[str, str]]:
    """Serve `hosts`, a local port by host name; yields the environment that makes programs use them."""
    bundle, context = _certificate(sorted(hosts), folder)
    handler = type("Handler", (_Handler,), {"hosts": hosts, "context": context})
    with ThreadingHTTPServer((HOST, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield {
                # Both spellings: a user's own proxy may be in either.
                **dict.fromkeys(("HTTPS_PROXY", "https_proxy"), f"http://{HOST}:{server.server_port}"),
                **without_proxy({}),
                "SSL_CERT_FILE": str(bundle),
                "CURL_CA_BUNDLE": str(bundle),
            }
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hosts: Mapping[str, int]
    context: ssl.SSLContext
    port = 0

    def do_CONNECT(self) -> None:
        host = self.path.partition(":")[0]
        if host not in self.hosts:
            self.send_error(403, f"{host} does not exist in a rehearsal")
            return
        self.port = self.hosts[host]
        self.send_response(200)
        self.end_headers()
        try:
            self.connection = self.context.wrap_socket(self.connection, server_side=True)
        except OSError:
            self.close_connection = True
            return
        for plain in (self.rfile, self.wfile):
            plain.close()
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)
        self.close_connection = False

    def finish(self) -> None:
        """Close the TLS connection, which the server does not know."""
        super().finish()
        self.connection.close()

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _NOT_FORWARDED}
        upstream = http.client.HTTPConnection(HOST, self.port, timeout=SECONDS)
        try:
            upstream.request(self.command, self.path, body or None, headers)
            answer = upstream.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.close_connection = True  # as a region that is lost
            return
        finally:
            upstream.close()
        try:
            self._answer(answer, content)
        except OSError:
            self.close_connection = True  # the client's time was over

    def _answer(self, answer: http.client.HTTPResponse, content: bytes) -> None:
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {*_NOT_FORWARDED, "content-length", "date", "server"}:
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _forward  # noqa: N815 - http.server's names

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""


def _certificate(hosts: Sequence[str], folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for `hosts`; returns the bundle that trusts it and the server's context."""
    key, certificate, bundle = (folder / name for name in ("key.pem", "certificate.pem", "trusted.pem"))
    names = ",".join(f"DNS:{host}" for host in hosts)
    options = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 2 -subj /CN=rehearsal -addext"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            *options.split(),
            f"subjectAltName={names}",
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    system = ssl.get_default_verify_paths().cafile
    known = Path(system).read_text(encoding="utf-8") if system and Path(system).exists() else ""
    bundle.write_text(known + certificate.read_text(encoding="utf-8"), encoding="utf-8")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return bundle, context
