"""A local cloud of a test's own, without the blog, which takes longest."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from localcloud.layout import Layout


def settings_without_blog(layout: Layout) -> Path:
    """Write the local settings without the blog beside the cloud's folder."""
    path = layout.directory.with_suffix(".toml")
    path.write_text(Path("settings/local.toml").read_text().replace("blog = true", "blog = false"))
    return path


def environment(layout: Layout) -> dict[str, str]:
    """Variables of commands that use this cloud."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "LOCAL_DIR": str(layout.directory),
        "PORT_BASE": str(layout.base),
        "SETTINGS": str(settings_without_blog(layout)),
    }


def run(
    layout: Layout, command: str, *, within: Sequence[str] = (), **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of the local cloud, such as `up`.

    Args:
        layout: ports and folder of the cloud.
        command: its name.
        within: a command that runs it.
        settings: changed settings, as environment variables.
    """
    return subprocess.run(
        [*within, sys.executable, "-m", "localcloud", command],
        env={**environment(layout), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
