"""`make up` on a machine with taken ports or a full disk: it names cause and remedy, and leaves nothing running."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from localcloud import disk_space
from localcloud.layout import HOST, Layout
from localcloud.processes import Supervisor
from tests.support.ports import NEEDED, free
from tests.support.size import sized
from tests.support.waiting import wait_until


def settings_without_blog(layout: Layout) -> Path:
    """The local settings without the blog, which takes longest."""
    path = layout.directory.with_suffix(".toml")
    path.write_text(Path("settings/local.toml").read_text().replace("blog = true", "blog = false"))
    return path


def environment(layout: Layout) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "LOCAL_DIR": str(layout.directory),
        "PORT_BASE": str(layout.base),
        "SETTINGS": str(settings_without_blog(layout)),
    }


def up(layout: Layout, *, within: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """Run `up` with the ports and folder of `layout`."""
    return subprocess.run(
        [*within, sys.executable, "-m", "localcloud", "up"],
        env=environment(layout),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_up_taken_port_names_remedy(layout: Layout) -> None:
    with socket.create_server((HOST, layout.aws)) as taken, socket.create_server((HOST, layout.redis(0))):
        done = up(layout)
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
    done = up(layout, within=on_a_disk_of(100, layout.directory))
    assert done.returncode == 1
    assert f"the disk that holds {layout.directory} has" in done.stdout
    assert "LOCAL_DIR" in done.stdout
    assert "Traceback" not in done.stdout
    assert "AWS emulator" not in done.stdout
    assert nothing_runs(layout)


FILLS = """
(for _ in $(seq 600); do [ -d {cloud}/aws ] && break; sleep 0.05; done; cat /dev/zero > {folder}/other) \\
  </dev/null >/dev/null 2>&1 &
trap '' INT  # as for a command in the background
exec "$0" "$@"
"""


def test_up_disk_filled_midway_is_named(layout: Layout) -> None:
    """Another program fills the disk once the emulator writes there."""
    fills = FILLS.format(cloud=layout.cloud, folder=layout.directory)
    done = up(layout, within=[*on_a_disk_of(disk_space.NEEDED_MB + 20, layout.directory), "sh", "-c", fills])
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
SIGNALS = [
    (number, to_group)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for to_group in (False, True)
]
INTERRUPTS = sized(
    short=[("synth", signal.SIGTERM, True), ("apply", signal.SIGHUP, False)],
    full=[(moment, *each) for moment in MOMENTS for each in SIGNALS],
)
END_SECONDS = sized(short=20, full=10)
"""`make test` runs on a busy machine."""


@pytest.mark.timeout(3600)
def test_up_signal_ends_in_order(layout: Layout) -> None:
    """Each run continues where the one before was interrupted."""
    for moment, number, to_group in INTERRUPTS:
        layout.log("deploy").unlink(missing_ok=True)
        with subprocess.Popen(
            [sys.executable, "-m", "localcloud", "up"],
            env=environment(layout),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # A shell starts background commands with SIGINT ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        ) as process:
            reached = partial(MOMENTS[moment], layout, process.pid)
            wait_until(lambda reached=reached: reached() or process.poll() is not None, 600, moment)  # type: ignore[misc]
            began = time.monotonic()
            (os.killpg if to_group else os.kill)(process.pid, number)
            output, _ = process.communicate(timeout=60)
        seconds = time.monotonic() - began
        print(f"{moment}, {number.name} to the {'group' if to_group else 'process'}: {seconds:.1f} s")
        assert process.returncode == 130, output
        assert "Traceback" not in output
        assert "removed the lock" not in output, "the run before left a lock"
        assert seconds < END_SECONDS
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
