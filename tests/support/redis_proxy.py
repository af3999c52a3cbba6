"""A proxy of Redis that loses answers: Redis runs the command, and the client sees a closed connection."""

import select
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

_BYTES = 65_536


class RedisProxy(socketserver.ThreadingTCPServer):
    """Relays connections to one Redis server. `lost` is the number of answers that it has lost."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, redis_url: str) -> None:
        super().__init__(("127.0.0.1", 0), _Relay)
        upstream = urlsplit(redis_url)
        self.upstream = (upstream.hostname, upstream.port)
        self.url = f"redis://127.0.0.1:{self.server_address[1]}/0"
        self.lost = 0
        self._text = b""
        self._due = range(0)
        self._found = 0
        self._lock = threading.Lock()

    def lose(self, text: str, *, first: int = 1, count: int = 1) -> None:
        """Lose the answers of `count` commands with this text, from the one with the number `first` on."""
        self._text, self._due, self._found = text.encode(), range(first, first + count), 0

    def loses(self, sent: bytes) -> bool:
        """Whether the answer to these bytes of a client is lost."""
        with self._lock:
            if not self._text or self._text not in sent:
                return False
            self._found += 1
            is_lost = self._found in self._due
            self.lost += is_lost
            return is_lost


class _Relay(socketserver.BaseRequestHandler):
    server: RedisProxy

    def handle(self) -> None:
        with socket.create_connection(self.server.upstream) as redis:
            sent = b""
            while True:
                ready, _, _ = select.select([self.request, redis], [], [])
                if self.request in ready:
                    command = self.request.recv(_BYTES)
                    if not command:
                        return
                    sent += command
                    redis.sendall(command)
                if redis in ready:
                    answer = redis.recv(_BYTES)
                    if not answer or self.server.loses(sent):
                        return
                    self.request.sendall(answer)
                    sent = b""


@contextmanager
def redis_proxy(redis_url: str) -> Iterator[RedisProxy]:
    """Start a proxy of this server; the context stops it."""
    with RedisProxy(redis_url) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
