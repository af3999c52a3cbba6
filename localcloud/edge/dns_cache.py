"""What clients hold on to: an answer is kept for its TTL, by each client for itself, as resolvers do."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from localcloud.edge.dns_answers import Answer
from localcloud.edge.region_locations import Place

CLIENTS = 10_000
"""Clients remembered; the one that was not heard of for longest is forgotten first."""


@dataclass(frozen=True)
class Client:
    """Who asks, and from where."""

    key: str
    place: Place


class Resolver:
    """A cache of answers by client and name. `now` gives seconds."""

    def __init__(self, ask: Callable[[str, Place], Answer], now: Callable[[], float]) -> None:
        self._ask = ask
        self._now = now
        self._kept: OrderedDict[tuple[Client, str], tuple[Answer, float]] = OrderedDict()

    def resolve(self, client: Client, name: str) -> Answer:
        """The answer that `client` goes by now. Raises what asking raises, which is not kept."""
        key = (client, name)
        kept = self._kept.get(key)
        if kept and self._now() < kept[1]:
            self._kept.move_to_end(key)
            return kept[0]
        answer = self._ask(name, client.place)
        self._kept[key] = (answer, self._now() + answer.ttl)
        self._kept.move_to_end(key)
        if len(self._kept) > CLIENTS:
            self._kept.popitem(last=False)
        return answer
