"""Copies sold by book in one region's Redis. Each order counts once, and a cancelled order does not count.

The counts of all orders are a *generation* with an id. The key `current` holds the generation that readers use,
`rebuilding` the one that a rebuild fills. The feeder counts into both. A rebuild that has counted all orders makes
its generation the current one.

Each generation has these keys: `sold`, a sorted set of copies by book, and two sorted sets of order ids by time,
`counted` and `cancelled`. For each book that was ordered together with others it has one more key, `with:<book>`,
a sorted set of the other books by the number of common orders. The two sets of ids keep an order from being
counted or taken out twice. Whichever of an order and its cancellation arrives first, the order does not count: a
cancellation takes out an order that is in `counted`, and an order that is in `cancelled` is skipped. Ids are
dropped after `GUARD_SECONDS`, when no event of the order can arrive again. A rebuild therefore does not put older
orders into `counted`. Instead it must count each of them once: with every part that it counts, it records in the
hash `read` how far it has read the table. An interrupted rebuild continues from there.

No event is lost between two generations: a count succeeds only while the pointer names its generation, and an
order that the feeder read before a generation was created is in the table that the rebuild reads.

redis-py sends a command again if its answer is lost (see `bestsellers.connection`), so every command here has the same
effect when Redis runs it twice.

All keys share a hash tag, so that they are on one shard and a script can use them together:
https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/SupportedCommands.html
"""

import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from bestsellers.models import GUARD_SECONDS, Cancellation, Event
from runtime.errors import BookstoreError

if TYPE_CHECKING:
    from redis import Redis

CURRENT = "{bestsellers}:current"
REBUILDING = "{bestsellers}:rebuilding"
LOCK = "{bestsellers}:rebuild-lock"

LEASE_SECONDS = 16 * 60
"""Lifetime of a rebuild's lock and of an unused pointer: longer than a Lambda function can run."""

UNFINISHED_SECONDS = 24 * 3600
"""Lifetime of the keys of an abandoned or replaced generation."""

PAIRED_BOOKS = 10
"""Most books of an order whose pairs count. A larger order says little about which books belong together, and its
pairs grow with the square of its books."""

CHUNK = 200
"""Events per script call. A call blocks Redis, so it must take only milliseconds."""

_SWAPS = 3
"""Attempts of a count while generations are swapped. A rebuild swaps them once."""

# KEYS: pointer, sold, counted, cancelled, read. ARGV: generation, time now, time of the oldest id to keep, seconds
# until the keys expire and until the pointer expires (0: never), events as JSON: [order id, kind, quantities by book],
# most books of an order whose pairs count, part of the table ('' for the feeder), the position in it up to which it is
# counted ('' for its start) and the position reached.
# The keys of pairs follow from the books; they have the hash tag of the others.
# Kinds: "order"; "old order", which has no id in `counted`; "cancelled"; "old cancelled", of an old order.
# An old order has no id that prevents a second count, and the client sends a script again if its answer is lost. So the
# events of a part count only if the part is counted up to where they begin. No two positions of a part are equal.
# Returns the number of new orders, or nothing if the pointer names another generation or the part is counted up to
# another position.
_COUNT = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return false
end
if ARGV[8] ~= '' then
  local position = redis.call('HGET', KEYS[5], ARGV[8]) or ''
  if position == ARGV[10] then return 0 end
  if position ~= ARGV[9] then return false end
end
local sums, new = {}, 0
for _, event in ipairs(cjson.decode(ARGV[6])) do
  local id, kind, sign = event[1], event[2], 0
  if kind == 'old order' then
    sign = 1
    new = new + 1
  elseif kind == 'order' then
    if redis.call('ZADD', KEYS[3], 'NX', ARGV[2], id) == 1 then
      new = new + 1
      if not redis.call('ZSCORE', KEYS[4], id) then sign = 1 end
    end
  elseif redis.call('ZADD', KEYS[4], 'NX', ARGV[2], id) == 1 then
    if kind == 'old cancelled' or redis.call('ZSCORE', KEYS[3], id) then sign = -1 end
  end
  if sign ~= 0 then
    local books = {}
    for book, quantity in pairs(event[3]) do
      sums[book] = (sums[book] or 0) + sign * quantity
      books[#books + 1] = book
    end
    if #books > 1 and #books <= tonumber(ARGV[7]) then
      for _, book in ipairs(books) do
        local key = string.gsub(KEYS[2], 'sold$', 'with:') .. book
        for _, other in ipairs(books) do
          if other ~= book then redis.call('ZINCRBY', key, sign, other) end
        end
        if ARGV[4] ~= '0' then redis.call('EXPIRE', key, ARGV[4]) end
      end
    end
  end
end
for book, quantity in pairs(sums) do
  redis.call('ZINCRBY', KEYS[2], quantity, book)
end
for index = 3, 4 do
  redis.call('ZREMRANGEBYSCORE', KEYS[index], '-inf', '(' .. ARGV[3])
end
if ARGV[8] ~= '' then redis.call('HSET', KEYS[5], ARGV[8], ARGV[10]) end
if ARGV[4] ~= '0' then
  for index = 2, 5 do redis.call('EXPIRE', KEYS[index], ARGV[4]) end
end
if ARGV[5] ~= '0' then redis.call('EXPIRE', KEYS[1], ARGV[5]) end
return new
"""

# KEYS: current, rebuilding, then sold, counted, cancelled and read of the rebuilt generation. ARGV: that generation,
# seconds until the keys of the previous generation expire. They do in case the caller ends before it deletes them.
# Returns whether the generation is the current one, also if an earlier call has made it so; nothing if another
# generation is being rebuilt.
_PROMOTE = """
local before = redis.call('GET', KEYS[1])
if before == ARGV[1] then
  return 1
end
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return false
end
for index = 3, 5 do redis.call('PERSIST', KEYS[index]) end
for _, book in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do
  redis.call('PERSIST', string.gsub(KEYS[3], 'sold$', 'with:') .. book)
end
redis.call('SET', KEYS[1], ARGV[1])
redis.call('DEL', KEYS[2], KEYS[6])
if before then
  local sold = string.gsub(KEYS[3], ARGV[1], before)
  for _, book in ipairs(redis.call('ZRANGE', sold, 0, -1)) do
    redis.call('EXPIRE', string.gsub(sold, 'sold$', 'with:') .. book, ARGV[2])
  end
  for index = 3, 5 do redis.call('EXPIRE', string.gsub(KEYS[index], ARGV[1], before), ARGV[2]) end
end
return 1
"""

# KEYS: the lock. ARGV: its token.
_UNLOCK = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""


class GenerationLostError(BookstoreError):
    """The generation was replaced, or Redis lost its data. Start again."""


class Step(NamedTuple):
    """A step of a rebuild: part of the table, position up to which it was counted before ('' for its start), and the
    position that the step reaches.
    """

    part: str
    before: str
    reached: str


_NO_STEP = Step("", "", "")


class Counts:
    """Copies sold in all regions, as one region counts them. Every method may raise `redis.RedisError`."""

    def __init__(self, redis: "Redis") -> None:
        self._redis = redis
        self._generation = ""

    @property
    def current(self) -> str | None:
        """Generation that readers use; `None` if no generation has all orders."""
        return self._named_by(CURRENT)

    def top(self, limit: int) -> list[tuple[str, int]] | None:
        """Return books and copies sold, most first, equal ones by id backwards. `None` without a generation."""
        return self._first(_sold, limit)

    def together(self, book_id: str, limit: int) -> list[tuple[str, int]] | None:
        """Return the books in the orders of a book, with the number of common orders, most first. `None` without a
        generation.
        """
        return self._first(lambda generation: _with(generation, book_id), limit)

    def count(self, events: Iterable[Event]) -> int:
        """Count events into every generation. Without one nothing is counted: the next rebuild reads the orders.

        Returns:
            Number of orders that were new to the first of these generations.

        Raises:
            GenerationLostError: the generations were swapped repeatedly; no event was counted twice.
        """
        remaining, new = iter(events), 0
        while chunk := list(islice(remaining, CHUNK)):
            new += self._count_everywhere(chunk)
        return new

    def lock(self) -> str | None:
        """Reserve the rebuild. Returns the token for `unlock`, or `None` while another rebuild runs."""
        token = os.urandom(8).hex()
        is_set = self._redis.set(LOCK, token, nx=True, ex=LEASE_SECONDS)
        # Redis refuses the second of two equal commands. The first one has reserved the rebuild, if it was ours.
        return token if is_set or self._redis.get(LOCK) == token else None

    def unlock(self, token: str) -> None:
        """Release the rebuild's lock, if it still belongs to this token."""
        self._redis.eval(_UNLOCK, 1, LOCK, token)

    def unfinished(self) -> tuple[str, dict[str, str]] | None:
        """Return the generation of an unfinished rebuild, with the position that it reached in each part of the
        table; `None` without one.
        """
        generation = self._named_by(REBUILDING)
        if generation is None:
            return None
        positions = self._redis.hgetall(_keys(generation)[-1])
        return generation, {str(part): str(position) for part, position in positions.items()}

    def start(self) -> str:
        """Create the generation that a rebuild fills. What an earlier rebuild left unfinished is deleted."""
        generation = os.urandom(8).hex()
        # Not one transaction, whose second run would return the new generation. The lock keeps other rebuilds away.
        abandoned = self._named_by(REBUILDING)
        self._redis.set(REBUILDING, generation, ex=LEASE_SECONDS)
        self._delete(abandoned)
        return generation

    def fill(self, generation: str, events: Sequence[Event], oldest_guarded: str, step: Step) -> None:
        """Count up to `CHUNK` events into a rebuild's generation, and record how far the table is read, or neither.

        Args:
            generation: the one that `start` or `unfinished` returned.
            events: those between the two positions of the step.
            oldest_guarded: RFC 3339; orders that were placed before get no entry in `counted`.
            step: the part of the table that these events are read from. A step that was counted is not counted again.

        Raises:
            GenerationLostError: the generation is no longer being rebuilt, or the part is counted up to another
                position, by another rebuild.
        """
        entries = [_entry(event, oldest_guarded) for event in events]
        self._count([(REBUILDING, generation)], entries, lease=LEASE_SECONDS, step=step)

    def promote(self, generation: str) -> None:
        """Make a rebuilt generation the current one, and delete the previous one with its guards.

        Raises:
            GenerationLostError: the generation is no longer being rebuilt.
        """
        before = self.current
        keys = [CURRENT, REBUILDING, *_keys(generation)]
        if self._redis.eval(_PROMOTE, len(keys), *keys, generation, UNFINISHED_SECONDS) is None:
            raise GenerationLostError(generation)
        if before != generation:
            self._delete(before)

    def _named_by(self, pointer: str) -> str | None:
        generation = self._redis.get(pointer)
        return None if generation is None else str(generation)

    def _first(self, key: Callable[[str], str], limit: int) -> list[tuple[str, int]] | None:
        """Return the members of a generation's sorted set with positive scores, highest first.

        The generation is read together with its pointer, and is deleted only after the pointer has changed. A
        MULTI transaction would guarantee the same, but a full Redis refuses those.
        """
        while True:
            pipeline = self._redis.pipeline(transaction=False)
            pipeline.zrange(key(self._generation), 0, limit - 1, desc=True, withscores=True)
            pipeline.get(CURRENT)
            members, current = pipeline.execute()
            if current is None:
                return None
            if current == self._generation:
                return [(book_id, int(count)) for book_id, count in members if count > 0]
            self._generation = current

    def _delete(self, generation: str | None) -> None:
        if generation:
            books = self._redis.zrange(_sold(generation), 0, -1)
            for start in range(0, len(books), CHUNK):
                self._redis.unlink(*(_with(generation, str(book)) for book in books[start : start + CHUNK]))
            self._redis.unlink(*_keys(generation))

    def _count_everywhere(self, events: Sequence[Event]) -> int:
        entries = [_entry(event, "") for event in events]
        for _ in range(_SWAPS):
            targets = self._targets()
            if not targets:
                return 0
            try:
                return self._count(targets, entries, lease=0)
            except GenerationLostError as error:
                lost = error
        raise lost

    def _targets(self) -> list[tuple[str, str]]:
        pointers = (CURRENT, REBUILDING)
        named = zip(pointers, self._redis.mget(pointers), strict=True)
        return [(pointer, str(generation)) for pointer, generation in named if generation]

    def _count(
        self,
        targets: Sequence[tuple[str, str]],
        entries: Sequence[object],
        lease: int,
        step: Step = _NO_STEP,
    ) -> int:
        pipeline = self._redis.pipeline(transaction=False)
        now = time.time()
        for pointer, generation in targets:
            unfinished = UNFINISHED_SECONDS if pointer == REBUILDING else 0
            keys = [pointer, *_keys(generation)]
            times = [now, now - GUARD_SECONDS, unfinished, lease]
            pipeline.eval(
                _COUNT, len(keys), *keys, generation, *times, json.dumps(entries), PAIRED_BOOKS, *step
            )
        counted = pipeline.execute()
        if None in counted:
            raise GenerationLostError(str(targets))
        return int(counted[0])


def _entry(event: Event, oldest_guarded: str) -> tuple[str, str, dict[str, int]]:
    kind = "cancelled" if isinstance(event, Cancellation) else "order"
    old = event.is_old if isinstance(event, Cancellation) else event.created_at < oldest_guarded
    return event.order_id, f"old {kind}" if old else kind, dict(event.quantities)


def _sold(generation: str) -> str:
    return f"{{bestsellers}}:{generation}:sold"


def _with(generation: str, book_id: str) -> str:
    return f"{{bestsellers}}:{generation}:with:{book_id}"


def _keys(generation: str) -> tuple[str, str, str, str]:
    prefix = f"{{bestsellers}}:{generation}"
    return f"{prefix}:sold", f"{prefix}:counted", f"{prefix}:cancelled", f"{prefix}:read"
