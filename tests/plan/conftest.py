from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from threading import Thread

import pytest

from tests.support.planning import Secrets


@pytest.fixture(scope="session")
def secrets() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Secrets) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
