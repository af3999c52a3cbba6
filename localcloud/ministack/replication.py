"""Delayed and pausable replication of global tables.

MiniStack 1.5.33 writes to every replica synchronously. DynamoDB global tables (version 2019.11.21) replicate each item
on its own and asynchronously, in the order of its writes; the last writer wins, including deletes; a transaction is
atomic in its own region only. Here replication is synchronous until a delay is set or it is paused in a region:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
"""

import asyncio
import copy
import heapq
import json
import math
import random
import statistics
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ministack.core.responses import (  # type: ignore[import-not-found]
    get_account_id,
    get_region,
    request_scope,
)
from ministack.services import dynamodb  # type: ignore[import-not-found]

AT_A_TIME = 10
BETWEEN_SECONDS = 0.05
"""Pause between two batches of waiting writes: 200 writes a second, slow enough to observe."""

LATENCIES_KEPT = 50
NORMAL_P95 = 1.645
"""95th percentile of the standard normal distribution."""
LONGEST_IN_P95 = 3
"""Longest delay, in 95th percentiles: the distribution itself has no end, and a test would wait for it."""

Key = tuple[str, str, str, str]
"""Account, table, partition key and sort key of an item."""
Stamp = tuple[int, str]
"""Write time in nanoseconds, and the region as the tie-breaker."""
Link = tuple[str, str]
"""Source and target region."""


@dataclass(frozen=True, order=True)
class Change:
    """A write to replicate; `item` is None for a delete. Ordered by write time."""

    written: Stamp
    key: Key = field(compare=False)
    item: dict[str, Any] | None = field(compare=False)


@dataclass(frozen=True)
class Delay:
    """Log-normal distribution of replication delays, in seconds."""

    median: float = 0.0
    p95: float = 0.0

    def sample(self, chance: random.Random) -> float:
        """Draw one delay."""
        if self.median == 0:
            return 0.0
        delay = chance.lognormvariate(math.log(self.median), math.log(self.p95 / self.median) / NORMAL_P95)
        return min(delay, LONGEST_IN_P95 * self.p95)


class Links:
    """Replication links between all pairs of regions, with their waiting writes.

    Runs on MiniStack's event loop only, like every table write, so there are no locks.
    """

    def __init__(self, apply: Callable[[str, Change], None]) -> None:
        self._apply = apply
        self.paused: set[str] = set()
        self.delay = Delay()
        self._chance = random.Random()  # noqa: S311 - not secret
        self._waiting: defaultdict[Link, list[tuple[int, Change]]] = defaultdict(list)
        """Heap of each link by due time, in nanoseconds since the epoch."""
        self._due: dict[tuple[Link, Key], int] = {}
        """Due time of each item's last waiting write, which a later write must not overtake."""
        self._latencies: defaultdict[Link, deque[float]] = defaultdict(lambda: deque(maxlen=LATENCIES_KEPT))
        self._last: dict[tuple[str, Key], Stamp] = {}
        """Last write of each region's item, which an older write must not replace when it arrives."""
        self._delivering: asyncio.Task[None] | None = None
        self.journal: dict[str, Any] = {}
        """Queued writes by id, and None for those that arrived; `restore` takes them."""
        self.last_journal: dict[str, Stamp | None] = {}
        """Changes of the last writes by id, and None for those that were forgotten; `restore` takes them."""

    def pause(self, region: str) -> None:
        """Stop replication to and from `region`."""
        self.paused.add(region)

    def resume(self, region: str) -> None:
        """Resume replication; waiting writes go first."""
        self.paused.discard(region)
        self._deliver()

    def waiting(self) -> dict[Link, tuple[int, float]]:
        """For each link: the number of waiting writes, and the age of the oldest in seconds."""
        now = time.time_ns()
        return {
            link: (len(heap), max(0.0, (now - min(change.written[0] for _, change in heap)) / 1e9))
            for link, heap in self._waiting.items()
            if heap
        }

    def latencies(self) -> dict[Link, tuple[float, float]]:
        """For each link: median and maximum delay of the last writes that arrived, in seconds."""
        return {link: (statistics.median(last), max(last)) for link, last in self._latencies.items()}

    def write(self, home: str, others: Iterable[str], change: Change) -> None:
        """Replicate a write made in `home` to `others`, or queue it."""
        self._note(home, change)
        for other in others:
            link = (home, other)
            if self.delay == Delay() and not self._is_paused(link) and not self._waiting[link]:
                self._arrive(link, change)
                continue
            due = change.written[0] + int(self.delay.sample(self._chance) * 1e9)
            due = max(due, self._due.get((link, change.key), 0))
            self._due[link, change.key] = due
            heapq.heappush(self._waiting[link], (due, change))
            self.journal[_id(link, change)] = [due, link, change.written, change.key, change.item]
            self._deliver()

    def restore(self, queued: Iterable[Any], last: Mapping[str, Any]) -> None:
        """Queue the writes of an earlier process, which was killed, with the last writes that it knew by id."""
        for id_, (nanoseconds, home) in last.items():
            region, account, table, partition, sort = json.loads(id_)
            self._last[region, (account, table, partition, sort)] = nanoseconds, home
        for due, link, written, key, item in queued:
            source, target = link
            account, table, partition, sort = key
            change = Change((written[0], written[1]), (account, table, partition, sort), item)
            heapq.heappush(self._waiting[source, target], (due, change))
        self._deliver()

    def settle(self) -> None:
        """Replicate all waiting writes now, and end every pause."""
        self.paused.clear()
        for link in list(self._waiting):
            while self._waiting[link]:
                self._take(link)

    def _is_paused(self, link: Link) -> bool:
        return not self.paused.isdisjoint(link)

    def _note(self, region: str, change: Change) -> None:
        """Remember the last writer while an older write may still arrive."""
        if self.paused or self.delay != Delay() or any(self._waiting.values()):
            self._last[region, change.key] = change.written
            self.last_journal[_last_id(region, change.key)] = change.written
        else:
            self.last_journal |= {_last_id(*written): None for written in self._last}
            self._last.clear()

    def _arrive(self, link: Link, change: Change) -> None:
        self._latencies[link].append(max(0.0, (time.time_ns() - change.written[0]) / 1e9))
        region = link[1]
        last = self._last.get((region, change.key))
        if last is None or change.written > last:
            self._note(region, change)
            self._apply(region, change)

    def _take(self, link: Link) -> None:
        due, change = self._waiting[link][0]
        self._arrive(link, change)
        heapq.heappop(self._waiting[link])
        self.journal[_id(link, change)] = None
        if self._due.get((link, change.key)) == due:
            del self._due[link, change.key]

    def _deliver(self) -> None:
        if self._delivering is None or self._delivering.done():
            self._delivering = asyncio.create_task(self._deliver_until_empty())

    async def _deliver_until_empty(self) -> None:
        while links := [link for link, heap in self._waiting.items() if heap and not self._is_paused(link)]:
            for link in links:
                for _ in range(AT_A_TIME):
                    if self._waiting[link] and self._waiting[link][0][0] <= time.time_ns():
                        self._take(link)
            await asyncio.sleep(BETWEEN_SECONDS)


def patch() -> Links:
    """Replace MiniStack's replication by pausable links and return them."""
    links = Links(_apply)
    previous = 0

    def replicate(table: dict[str, Any], _event: str, old: Any, new: Any) -> None:
        nonlocal previous
        home = get_region()
        others = [region for region in dynamodb._replica_group(table) if region != home]
        if others:
            previous = max(time.time_ns(), previous + 1)
            item = new if new is not None else old
            change = Change((previous, home), _key(table, item), copy.deepcopy(new))
            links.write(home, others, change)

    dynamodb._replicate_write = replicate
    return links


def _id(link: Link, change: Change) -> str:
    """Write times are unique, so they name a write."""
    return f"{link[0]} {link[1]} {change.written[0]}"


def _last_id(region: str, key: Key) -> str:
    return json.dumps([region, *key])


def _key(table: dict[str, Any], item: dict[str, Any]) -> Key:
    sort = dynamodb._extract_key_val(item.get(table["sk_name"])) if table["sk_name"] else "__no_sort__"
    return get_account_id(), table["TableName"], dynamodb._extract_key_val(item.get(table["pk_name"])), sort


def _apply(region: str, change: Change) -> None:
    """Write to a region's replica and to its stream, as MiniStack does."""
    account, name, partition, sort = change.key
    with request_scope(account, region):
        replica = dynamodb._tables.get(name)
        if replica is None:
            return
        previous = replica["items"].get(partition, {}).get(sort)
        if change.item is not None:
            item = copy.deepcopy(change.item)
            dynamodb._set_item(replica, partition, sort, item)
            event = "MODIFY" if previous else "INSERT"
            dynamodb._emit_stream_event(name, event, previous, copy.deepcopy(item), replicate=False)
        elif previous is not None:
            dynamodb._remove_item(replica, partition, sort)
            dynamodb._emit_stream_event(name, "REMOVE", previous, None, replicate=False)


def regions_with_replicas() -> set[str]:
    """Regions with a replica of any global table."""
    return {region for table in dynamodb._tables.all_values() for region in dynamodb._replica_group(table)}
