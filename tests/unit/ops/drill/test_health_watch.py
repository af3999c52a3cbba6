import asyncio
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from ops.drill.health_watch import watch_health
from ops.drill.recording import Incident


class Healthy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = self.path == "/v1/health"
        self.send_response(HTTPStatus.OK if found else HTTPStatus.NOT_FOUND)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Write nothing."""


def test_watch_health_counts_answers_and_failures() -> None:
    incident = Incident("1", "region lost", "here", "", True)
    with ThreadingHTTPServer(("127.0.0.1", 0), Healthy) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        regions = {
            "here": "http://127.0.0.1:1/v1",
            "there": f"http://127.0.0.1:{server.server_port}/v1",
        }

        async def watch() -> None:
            async with watch_health(incident, regions):
                while not all(incident.health.values()):
                    await asyncio.sleep(0.01)

        asyncio.run(watch())
        server.shutdown()
    assert incident.health == {"here": {"ConnectError": 1}, "there": {"200": 1}}
    assert incident.failures_in_a_row == {"here": 1, "there": 0}
