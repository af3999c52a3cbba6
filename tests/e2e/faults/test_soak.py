"""The local cloud serves shoppers for half an hour: what it uses of the machine levels off, apart from the orders."""

import os
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from localcloud.layout import Layout
from localcloud.processes import Supervisor
from tests.e2e.faults.shopper import Shopper
from tests.support.api import Api, Json

MINUTES = 30
PAUSE_SECONDS = 0.25
GROWTH = 1.1
"""Most growth of a figure from the second third of the run to the last: it levels off."""
SLACK = {"memory, MB": 10, "descriptors": 20, "temporary files": 20, "logs, MB": 10}
"""Growth that is always allowed, since small figures vary more."""
ORDER_MB = 0.075
"""Most memory of the emulator for an order: it holds the tables of all regions and 24 hours of their streams there."""

Figures = dict[tuple[str, str], float]
"""By part and kind."""


def measure(supervisor: Supervisor, layout: Layout) -> Figures:
    """Current use of memory, descriptors, temporary files and logs."""
    found: Figures = {}
    for name in supervisor.names():
        record = supervisor.record(name)
        assert record
        assert record.alive, f"{name} ended"
        process = Path(f"/proc/{record.pid}")
        pages = int((process / "statm").read_text().split()[1])
        found[name, "memory, MB"] = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
        found[name, "descriptors"] = len(list((process / "fd").iterdir()))
    files = list(layout.cloud.rglob("tmp/**/*"))
    found["all parts", "temporary files"] = len(files)
    found["all parts", "logs, MB"] = sum(log.stat().st_size for log in layout.cloud.glob("logs/*")) / 1e6
    return found


@pytest.mark.full_size
@pytest.mark.timeout(3600)
def test_soak_levels_off(cloud: Any, mine: Mapping[str, Api], books: list[Json]) -> None:
    supervisor = Supervisor(cloud.layout.cloud / "processes", cloud.layout.log)
    shopper = Shopper(mine, books, pause=PAUSE_SECONDS)
    measured: list[Figures] = []
    orders: list[int] = []
    with shopper.shopping():
        for _ in range(MINUTES):
            time.sleep(60)
            for api in mine.values():
                api.get("/orders")
                api.get("/books", limit=60)
            measured.append(measure(supervisor, cloud.layout))
            orders.append(len(shopper.confirmed))
    third = len(measured) // 3
    more = statistics.median(orders[2 * third :]) - statistics.median(orders[third : 2 * third])
    grown = []
    for part, kind in measured[-1]:
        middle, last = (
            statistics.median(figures[part, kind] for figures in period)
            for period in (measured[third : 2 * third], measured[2 * third :])
        )
        print(f"{part}: {kind}: {middle:.0f}, then {last:.0f}")
        stored = more * ORDER_MB if (part, kind) == ("aws", "memory, MB") else 0
        if last > max(middle * GROWTH, middle + SLACK[kind]) + stored:
            grown.append(f"{part}: {kind}: {middle:.0f}, then {last:.0f}")
    print(f"{len(shopper.confirmed)} orders in {MINUTES} minutes, {more:.0f} between the two figures")
    assert shopper.confirmed
    assert not grown
