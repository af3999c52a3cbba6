"""`make up` on a machine with taken ports or a full disk: it names cause and remedy, and leaves nothing running."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud import disk_space
from localcloud.layout import HOST, Layout
from localcloud.processes import Supervisor
from tests.support.interrupts import SIGNALS, Command, Interrupt, interrupt
from tests.support.own_cloud import environment, run
from tests.support.ports import NEEDED, free
from tests.support.size import sized
from tests.support.waiting import wait_until


def test_up_taken_port_names_remedy(layout: Layout) -> None:
    with socket.create_server((HOST, layout.aws)) as taken, socket.create_server((HOST, layout.redis(0))):
        done = run(layout, "up")
        assert taken.fileno() >= 0
    assert done.returncode == 1
    for text in (str(layout.aws), str(layout.redis(0)), f"make up PORT_BASE={layout.base + 1000}"):
        assert text in done.stdout
    assert "Traceback" not in done.stdout
    assert nothing_runs(layout)


def on_a_disk_of(megabytes: int, folder: Path) -> list[str]:
    """Command prefix that mounts a disk of that size at `folder`. Skips without the right to mount."""
    folder.mkdir()
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    mount = f'mount -t tmpfs -o size={megabytes}m none {folder} && exec "$0" "$@"'
    begin = ["unshare", *user, "--mount", "sh", "-c", mount]
    if shutil.which("unshare") is None or subprocess.run([*begin, "true"], capture_output=True).returncode:
        pytest.skip("needs Linux and the right to mount")
    return begin


def test_up_small_disk_is_refused_first(layout: Layout) -> None:
    done = run(layout, "up", within=on_a_disk_of(100, layout.directory))
    assert done.returncode == 1
    assert f"the disk that holds {layout.directory} has" in done.stdout
    assert "LOCAL_DIR" in done.stdout
    assert "Traceback" not in done.stdout
    assert "AWS emulator" not in done.stdout
    assert nothing_runs(layout)


FILLS = """
(
  for _ in $(seq 600); do [ -d {cloud}/aws ] && break; sleep 0.05; done
  kill -STOP $$  # it reads the free space when the disk is full and not while it becomes full
  cat /dev/zero > {folder}/other
  kill -CONT $$
) </dev/null >/dev/null 2>&1 &
trap '' INT  # as for a command in the background
exec "$0" "$@"
"""


def test_up_disk_filled_midway_is_named(layout: Layout) -> None:
    """Another program fills the disk once the emulator writes there."""
    fills = FILLS.format(cloud=layout.cloud, folder=layout.directory)
    done = run(
        layout, "up", within=[*on_a_disk_of(disk_space.NEEDED_MB + 20, layout.directory), "sh", "-c", fills]
    )
    assert done.returncode == 1
    assert f"the disk that holds {layout.directory} has 0 MB free" in done.stdout
    assert "Traceback" not in done.stdout
    assert nothing_runs(layout)


def nothing_runs(layout: Layout) -> bool:
    """Whether no part runs, by records and ports."""
    supervisor = Supervisor(layout.cloud / "processes", layout.log)
    return supervisor.names() == [] and all(free(layout.base + port) for port in range(NEEDED))


def holds_checkout(layout: Layout, process: int) -> bool:
    """Whether `process` is the command that synthesizes or deploys."""
    lock = layout.synthesized.with_name(f"{layout.synthesized.name}.lock")
    return lock.exists() and f'"process": {process}' in lock.read_text()


def deploys(layout: Layout, words: str) -> bool:
    log = layout.log("deploy")
    return log.exists() and words in log.read_text()


def started(layout: Layout, part: str) -> bool:
    return (layout.cloud / "processes" / f"{part}.json").exists()


MOMENTS: dict[str, Callable[[Layout, int], bool]] = {
    "emulator starts": lambda layout, _: started(layout, "aws"),
    "edge starts": lambda layout, _: started(layout, "edge"),
    "synth": holds_checkout,
    "plan": lambda layout, _: deploys(layout, "Initializing"),
    "apply": lambda layout, _: deploys(layout, ": Creating..."),
}
INTERRUPTS = sized(
    short=[
        Interrupt("synth", signal.SIGTERM, to_group=True),
        Interrupt("apply", signal.SIGHUP, to_group=False),
    ],
    full=[Interrupt(moment, *each) for moment in MOMENTS for each in SIGNALS],
)


@pytest.mark.timeout(3600)
def test_up_signal_ends_in_order(layout: Layout) -> None:
    """Each run continues where the one before was interrupted."""

    def reaches(moment: str) -> Callable[[Command], None]:
        def wait(up: Command) -> None:
            wait_until(lambda: MOMENTS[moment](layout, up.pid) or up.poll() is not None, 600, moment)

        return wait

    for at in INTERRUPTS:
        layout.log("deploy").unlink(missing_ok=True)
        output = interrupt(("localcloud", "up"), at, reaches(at.moment), environment(layout))
        assert "removed the lock" not in output, "the run before left a lock"
        assert nothing_runs(layout)
        assert processes_of(layout) == []


def processes_of(layout: Layout) -> list[str]:
    """Commands of processes with the local cloud's folder in their environment or arguments."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (process / "cmdline").read_bytes()
            text = command + (process / "environ").read_bytes()
            if str(layout.directory).encode() in text and int(process.name) != os.getpid():
                found.append(command.replace(b"\0", b" ").decode())
    return found
