"""DNS caches of clients: each client keeps an answer for its TTL."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from localcloud.edge.dns_answers import Answer
from localcloud.edge.region_locations import Place

CLIENTS = 10_000
"""Cached clients. The least recently seen client is evicted first."""


@dataclass(frozen=True)
class Client:
    """A client and its location."""

    key: str
    place: Place


class Resolver:
    """Caches answers by client and name. `now` returns seconds."""

    def __init__(self, answer: Callable[[str, Place], Answer], now: Callable[[], float]) -> None:
        self._answer = answer
        self._now = now
        self._kept: OrderedDict[tuple[Client, str], tuple[Answer, float]] = OrderedDict()

    def resolve(self, client: Client, name: str) -> Answer:
        """The cached or a new answer for `client`. Errors are raised and not cached."""
        key = (client, name)
        kept = self._kept.get(key)
        if kept and self._now() < kept[1]:
            self._kept.move_to_end(key)
            return kept[0]
        answer = self._answer(name, client.place)
        self._kept[key] = (answer, self._now() + answer.ttl)
        self._kept.move_to_end(key)
        if len(self._kept) > CLIENTS:
            self._kept.popitem(last=False)
        return answer

    def cached(self, name: str) -> list[Answer]:
        """Answers for `name` that are still valid for some client."""
        return [
            answer
            for (_, asked), (answer, expires) in self._kept.items()
            if asked == name and self._now() < expires
        ]
