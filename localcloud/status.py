"""`status`: lists the processes. `python -m ops status` reports the health of the regions."""

import urllib.request

from rich.console import Console
from rich.table import Table

from localcloud.layout import Layout, url
from localcloud.processes import Supervisor


def show_status(layout: Layout, supervisor: Supervisor, console: Console) -> bool:
    """Print a table of the parts. Returns whether every started part runs."""
    names = sorted(supervisor.names())
    if not names:
        console.print("no local cloud is running; start it with: make up")
        return False
    console.print(_parts(names, supervisor))
    ended = [name for name in names if not supervisor.running(name)]
    if ended:
        console.print(f"ended: {', '.join(ended)}; repair it with: make up", style="red")
        return False
    if not answers(layout):
        console.print("the edge does not answer; repair it with: make up", style="red")
        return False
    return True


def answers(layout: Layout) -> bool:
    """Whether the edge serves its state."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url(layout.control_room)}/_edge/state", timeout=3):
            return True
    except OSError:
        return False


def _parts(names: list[str], supervisor: Supervisor) -> Table:
    table = Table("Part", "State", "Port", "Process", title="Parts", title_justify="left", title_style="bold")
    for name in names:
        record = supervisor.record(name)
        if record:
            state = "[green]running[/green]" if record.alive else "[red]ended[/red]"
            table.add_row(name, state, str(record.port), str(record.pid) if record.alive else "")
    return table
