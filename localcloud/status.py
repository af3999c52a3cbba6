"""`status`: what runs, where, and each region's health."""

import json
import urllib.request
from typing import Any

from rich.console import Console
from rich.table import Table

from localcloud.layout import Layout, url
from localcloud.processes import Supervisor


def show_status(layout: Layout, supervisor: Supervisor, console: Console) -> bool:
    """Print the tables; returns whether everything that was started runs and every region is healthy."""
    names = sorted(supervisor.names())
    if not names:
        console.print("nothing runs here: `make up` starts it")
        return False
    console.print(_parts(names, supervisor))
    state = edge_state(layout)
    if state is None:
        console.print("the edge does not answer: `make up` mends it", style="red")
        return False
    console.print(_regions(state))
    return all(map(supervisor.running, names)) and all(region["healthy"] for region in state["regions"])


def edge_state(layout: Layout) -> Any:
    """What the edge tells of itself; None when it does not answer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url(layout.control_room)}/_edge/state", timeout=3) as answer:
            return json.load(answer)
    except OSError:
        return None


def _parts(names: list[str], supervisor: Supervisor) -> Table:
    table = Table("Part", "State", "Port", "Process", title="Parts", title_justify="left", title_style="bold")
    for name in names:
        record = supervisor.record(name)
        if record:
            state = "[green]running[/green]" if record.alive else "[red]ended[/red]"
            table.add_row(name, state, str(record.port), str(record.pid) if record.alive else "")
    return table


def _regions(state: Any) -> Table:
    table = Table(
        "Region",
        "Health check",
        "Cut off",
        "Answers",
        title="Regions",
        title_justify="left",
        title_style="bold",
    )
    for region in state["regions"]:
        table.add_row(
            region["name"],
            "[green]healthy[/green]" if region["healthy"] else f"[red]unhealthy[/red]: {region['reason']}",
            "yes" if region["cut"] else "no",
            "api" if region["name"] == state["answer"] else "",
        )
    return table
