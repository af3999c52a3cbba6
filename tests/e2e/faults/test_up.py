"""`make up` on a machine with taken ports or a full disk: it names cause and remedy, and leaves nothing running."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from localcloud import disk_space
from localcloud.layout import HOST, Layout
from localcloud.processes import Supervisor
from tests.support.ports import NEEDED, free
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda each: each.name)
def test_up_signal_stops_everything(layout: Layout, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "localcloud", "up"],
        env=environment(layout),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        wait_until((layout.cloud / "processes" / "aws.json").exists, 60)
        process.send_signal(number)
        process.send_signal(number)
        output, _ = process.communicate(timeout=60)
    assert process.returncode == 130, output
    assert "Traceback" not in output
    assert nothing_runs(layout)
