"""Pausable replication of global tables that catches up item by item.

MiniStack 1.5.33 writes to every replica synchronously. DynamoDB global tables (version 2019.11.21) replicate each item
on its own and asynchronously; the last writer wins, including deletes; a transaction is atomic in its own region only.
Here replication is synchronous until it is paused in a region:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
"""

import asyncio
import copy
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
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

Key = tuple[str, str, str, str]
"""Account, table, partition key and sort key of an item."""
Stamp = tuple[int, str]
"""Write time in nanoseconds, and the region as the tie-breaker."""
Link = tuple[str, str]
"""Source and target region."""


@dataclass(frozen=True)
class Change:
    """A write to replicate; `item` is None for a delete."""

    key: Key
    item: dict[str, Any] | None
    written: Stamp


class Links:
    """Replication links between all pairs of regions, with their waiting writes.

    Runs on MiniStack's event loop only, like every table write, so there are no locks.
    """

    def __init__(self, apply: Callable[[str, Change], None]) -> None:
        self._apply = apply
        self.paused: set[str] = set()
        self._waiting: defaultdict[Link, deque[Change]] = defaultdict(deque)
        self._last: dict[tuple[str, Key], Stamp] = {}
        self._catching_up: asyncio.Task[None] | None = None

    def pause(self, region: str) -> None:
        """Stop replication to and from `region`."""
        self.paused.add(region)

    def resume(self, region: str) -> None:
        """Resume replication; waiting writes go first."""
        self.paused.discard(region)
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = asyncio.create_task(self._catch_up())

    def waiting(self) -> dict[Link, tuple[int, float]]:
        """For each link: the number of waiting writes, and the age of the oldest in seconds."""
        now = time.time_ns()
        return {
            link: (len(changes), max(0.0, (now - changes[0].written[0]) / 1e9))
            for link, changes in self._waiting.items()
            if changes
        }

    def write(self, home: str, others: Iterable[str], change: Change) -> None:
        """Replicate a write made in `home` to `others`, or queue it."""
        self._note(home, change)
        for other in others:
            if self._is_paused((home, other)) or self._waiting[home, other]:
                self._waiting[home, other].append(change)
            else:
                self._arrive(other, change)

    def settle(self) -> None:
        """Replicate all waiting writes now, and end every pause."""
        self.paused.clear()
        while self._batch():
            pass

    def _is_paused(self, link: Link) -> bool:
        return not self.paused.isdisjoint(link)

    def _note(self, region: str, change: Change) -> None:
        """Remember the last writer while an older write may still arrive."""
        if self.paused or any(self._waiting.values()):
            self._last[region, change.key] = change.written
        else:
            self._last.clear()

    def _arrive(self, region: str, change: Change) -> None:
        last = self._last.get((region, change.key))
        if last is None or change.written > last:
            self._note(region, change)
            self._apply(region, change)

    def _batch(self) -> bool:
        """Replicate up to AT_A_TIME writes of each open link, oldest first. Returns whether there were any."""
        found = False
        for link, changes in list(self._waiting.items()):
            for _ in range(0 if self._is_paused(link) else min(AT_A_TIME, len(changes))):
                found = True
                self._arrive(link[1], changes[0])
                changes.popleft()
        return found

    async def _catch_up(self) -> None:
        while self._batch():
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
            change = Change(
                _key(table, new if new is not None else old), copy.deepcopy(new), (previous, home)
            )
            links.write(home, others, change)

    dynamodb._replicate_write = replicate
    return links


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
