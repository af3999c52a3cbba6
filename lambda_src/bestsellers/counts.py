"""The ranking in Redis: a sorted set of copies sold by book, in which each order counts once.

A ranking is a *generation* with an id of its own. `current` names the one that readers see. While it is
rebuilt, or where there is none yet, `rebuilding` names another; the feeder counts into both, and the rebuild
that has counted every order makes it the current one. Whoever counts, an order's guard key in a generation
lets it count there once.

Nothing falls between two generations: a count goes through only while the pointer still names its generation,
and an order whose record the feeder read before a generation was opened is in the table that the rebuild then
reads.

All keys share one hash tag, so that they live on one shard and scripts may use them together:
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SupportedCommands.html
"""

import json
import os
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from bestsellers.models import Sale

if TYPE_CHECKING:
    from redis import Redis

CURRENT = "{bestsellers}:current"
REBUILDING = "{bestsellers}:rebuilding"

GUARD_SECONDS = 15 * 24 * 3600
"""Longer than a record can come again: a day in the stream, then 14 days in a queue."""

LEASE_SECONDS = 15 * 60
"""As long as a function can run. An opened generation that no rebuild works on is given up after it; it must
end well before its guards do, or a rebuild that joins it later would count orders twice.
"""

UNFINISHED_SECONDS = 24 * 3600
"""What an abandoned rebuild has counted is deleted after this."""

_CHUNK = 200
"""Orders one script call counts. Redis does nothing else meanwhile, so it must be a matter of
milliseconds.
"""

_PROMOTIONS = 3
"""Times that a batch may find its generations exchanged; a rebuild that ends does it once."""

# KEYS: the pointer to the generation, its sorted set, one guard an order. ARGV: the generation, seconds for
# guards, for the set and for the pointer (0: leave it), and the orders' quantities by book as JSON, which is
# one argument where books and quantities alone would be hundreds. Answers how many orders were new, or
# nothing when the pointer names another generation by now.
_COUNT = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return false
end
local sums, new = {}, 0
for index, quantities in ipairs(cjson.decode(ARGV[5])) do
  if redis.call('SET', KEYS[index + 2], '1', 'NX', 'EX', ARGV[2]) then
    new = new + 1
    for book, quantity in pairs(quantities) do
      sums[book] = (sums[book] or 0) + quantity
    end
  end
end
for book, quantity in pairs(sums) do
  redis.call('ZINCRBY', KEYS[2], quantity, book)
end
if ARGV[3] ~= '0' then redis.call('EXPIRE', KEYS[2], ARGV[3]) end
if ARGV[4] ~= '0' then redis.call('EXPIRE', KEYS[1], ARGV[4]) end
return new
"""

# KEYS: current, rebuilding, the rebuilt sorted set. ARGV: its generation.
# Answers the generation before ('' for none), or nothing when another is being rebuilt by now.
_PROMOTE = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return false
end
local before = redis.call('GET', KEYS[1])
redis.call('PERSIST', KEYS[3])
redis.call('SET', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2])
return before or ''
"""


class GenerationLostError(Exception):
    """The generation was promoted, given up or lost with Redis's data while it was worked on; start again."""


class Ranking:
    """Reads and writes of one region's ranking. Every method may raise `redis.RedisError`."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._generation = ""

    @property
    def current(self) -> str | None:
        """The generation that readers see; `None` where there is no ranking of all orders."""
        generation = self._redis.get(CURRENT)
        return None if generation is None else str(generation)

    def top(self, limit: int) -> list[tuple[str, int]] | None:
        """Books and copies sold: most first, equals by their ids backwards. `None` where there is no
        ranking.

        A generation is dropped after it has been current, never before: what still is current once it was read
        was whole. A transaction would say the same, but a Redis that is full refuses those.
        """
        while True:
            pipeline = self._redis.pipeline(transaction=False)
            pipeline.zrange(_sold(self._generation), 0, limit - 1, desc=True, withscores=True)
            pipeline.get(CURRENT)
            ranked, current = pipeline.execute()
            if current is None:
                return None
            if current == self._generation:
                return [(book_id, int(sold)) for book_id, sold in ranked]
            self._generation = current

    def count(self, sales: Iterable[Sale]) -> int:
        """Count orders into every generation there is; open one where there is none.

        Returns:
            How many orders were new to the first of these generations.

        Raises:
            GenerationLostError: generations came and went, again and again; nothing was counted twice.
        """
        remaining, new = iter(sales), 0
        while chunk := list(islice(remaining, _CHUNK)):
            new += self._count_everywhere(chunk)
        return new

    def open(self) -> str:
        """The generation that is being rebuilt, a new one where none is."""
        generation = os.urandom(8).hex()
        self._redis.set(REBUILDING, generation, nx=True, ex=LEASE_SECONDS)
        return str(self._redis.get(REBUILDING))

    def fill(self, generation: str, sales: Iterable[Sale]) -> int:
        """Count orders into the generation that is being rebuilt, and keep it open; how many were new to it.

        Raises:
            GenerationLostError: it is not being rebuilt any longer.
        """
        remaining, new = iter(sales), 0
        while chunk := list(islice(remaining, _CHUNK)):
            new += self._count([(REBUILDING, generation)], chunk, lease=LEASE_SECONDS)
        return new

    def promote(self, generation: str) -> None:
        """Make a rebuilt generation the one that readers see, and drop the one before.

        Raises:
            GenerationLostError: it is not being rebuilt any longer.
        """
        before = self._redis.eval(_PROMOTE, 3, CURRENT, REBUILDING, _sold(generation), generation)
        if before is None:
            raise GenerationLostError(generation)
        if before:
            self._redis.unlink(_sold(str(before)))

    def _count_everywhere(self, sales: Sequence[Sale]) -> int:
        for _ in range(_PROMOTIONS):
            try:
                return self._count(self._targets(), sales, lease=0)
            except GenerationLostError as error:
                lost = error
        raise lost

    def _targets(self) -> list[tuple[str, str]]:
        pointers = (CURRENT, REBUILDING)
        named = zip(pointers, self._redis.mget(pointers), strict=True)
        found = [(pointer, str(generation)) for pointer, generation in named if generation]
        return found or [(REBUILDING, self.open())]

    def _count(self, targets: Sequence[tuple[str, str]], sales: Sequence[Sale], lease: int) -> int:
        pipeline = self._redis.pipeline(transaction=False)
        quantities = json.dumps([sale.quantities for sale in sales])
        for pointer, generation in targets:
            guards = [f"{{bestsellers}}:{generation}:counted:{sale.order_id}" for sale in sales]
            keys = [pointer, _sold(generation), *guards]
            unfinished = UNFINISHED_SECONDS if pointer == REBUILDING else 0
            pipeline.eval(_COUNT, len(keys), *keys, generation, GUARD_SECONDS, unfinished, lease, quantities)
        counted = pipeline.execute()
        if None in counted:
            raise GenerationLostError(str(targets))
        return int(counted[0])


def _sold(generation: str) -> str:
    return f"{{bestsellers}}:{generation}:sold"
