"""Twenty kinds of bad answers of the first endpoint: no false success, and the healthy region is used in time."""

import asyncio
import gzip
import json

import httpx
import pytest

from client import Bookstore, Endpoints, Failover, Reply, UnreachableError

KEY = "3b241101-e2bb-4255-8caf-4136c566a962"
ORDER = {
    "orderId": KEY,
    "items": [{"bookId": "dune", "title": "Dune", "quantity": 1, "unitPrice": 5, "lineTotal": 5}],
    "total": 5,
    "currency": "EUR",
    "createdAt": "2026-01-31T08:15:30.123Z",
    "region": "eu-west-1",
    "status": "placed",
    "overlaps": [],
    "cancellableUntil": "2026-01-31T08:45:30.123Z",
}
BODY = json.dumps(ORDER).encode()
OWN = "content-type: application/json\r\nx-region: eu-west-1\r\n"
TLS = httpx.create_ssl_context()
"""One for all clients: making one reads all certificates, which takes longer than most tests here."""


def http(status: str, headers: str = OWN, body: bytes = b"", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return (
        f"HTTP/1.1 {status}\r\n{headers}content-length: {size}\r\nconnection: close\r\n\r\n".encode() + body
    )


ZIPPED = gzip.compress(BODY)
GZIP = f"{OWN}content-encoding: gzip\r\n"
HTML = "content-type: text/html\r\nx-region: eu-west-1\r\n"
BAD_ANSWERS = {
    "200 with HTML": http("200 OK", HTML, b"<html>Welcome</html>"),
    "201 with HTML": http("201 Created", HTML, b"<html>Welcome</html>"),
    "200 without body": http("200 OK"),
    "201 without body": http("201 Created"),
    "204": http("204 No Content", OWN),
    "302": http("302 Found", f"{OWN}location: http://127.0.0.1:1/\r\n"),
    "304": http("304 Not Modified"),
    "200 instead of 201": http("200 OK", OWN, BODY),
    "truncated body": http("201 Created", OWN, BODY[:40], length=len(BODY)),
    "truncated JSON": http("201 Created", OWN, BODY[:40]),
    "JSON list": http("201 Created", OWN, b"[]"),
    "JSON of another route": http("201 Created", OWN, b'{"items": [], "nextCursor": null}'),
    "deeply nested JSON": http("201 Created", OWN, b"[" * 100_000),
    "corrupt gzip": http("201 Created", GZIP, ZIPPED[:10] + b"garbage" + ZIPPED[17:]),
    "not gzip": http("201 Created", GZIP, BODY),
    "without x-region": http("201 Created", "content-type: application/json\r\n", BODY),
    "plain 429": http("429 Too Many Requests", "", b"slow down"),
    "plain 500": http("500 Internal Server Error", "", b"oops"),
    "404 with HTML": http("404 Not Found", HTML, b"<html>Nothing here</html>"),
    "problem of another server": http(
        "409 Conflict",
        "content-type: application/problem+json\r\n",
        b'{"type": "about:blank", "status": 409}',
    ),
    "not HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "silence": b"",
    "invalid UTF-8": http("201 Created", OWN, b'{"orderId": "\xff\xfe"}'),
}
GOOD = http("201 Created", "content-type: application/json\r\nx-region: eu-central-1\r\n", BODY)


class Server:
    """Sends the same bytes to every connection and keeps the requests' heads."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self.heads: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode().lower())
        writer.write(self._answer)
        await writer.drain()
        writer.close()


async def _order(*servers: Server) -> Reply:
    listening = [await asyncio.start_server(server, "127.0.0.1", 0) for server in servers]
    addresses = [f"http://127.0.0.1:{each.sockets[0].getsockname()[1]}" for each in listening]
    try:
        async with httpx.AsyncClient(verify=TLS) as client:
            endpoints = Endpoints(addresses[0], {f"region-{n}": url for n, url in enumerate(addresses[1:])})
            lines = [{"bookId": "dune", "quantity": 1}]
            return await Bookstore(Failover(client, endpoints)).order(lines, 5, key=KEY)
    finally:
        for each in listening:
            each.close()


@pytest.mark.parametrize("kind", BAD_ANSWERS)
def test_bad_answer_leads_to_healthy_region(kind: str) -> None:
    bad, good = Server(BAD_ANSWERS[kind]), Server(GOOD)
    reply = asyncio.run(_order(bad, good))
    assert "TimeoutError" not in [attempt.outcome for attempt in reply.attempts], "it waited for more"
    assert reply.region == "eu-central-1"
    assert all(f"idempotency-key: {KEY}" in head for head in (*bad.heads, *good.heads))


@pytest.mark.parametrize("kind", BAD_ANSWERS)
def test_bad_answer_alone_is_no_success(kind: str) -> None:
    with pytest.raises(UnreachableError) as raised:
        asyncio.run(_order(Server(BAD_ANSWERS[kind])))
    assert raised.value.may_have_arrived


def test_bad_answers_have_twenty_kinds() -> None:
    assert len(BAD_ANSWERS) >= 20
