"""Free ports for a local cloud of a test or a benchmark."""

import os
import socket

from localcloud.layout import HOST

NEEDED = 64
"""Number of ports that a local cloud uses from its base."""


PER_PROCESS = 4_096
"""Size of the range of ports of one test process, so that parallel processes do not choose the same."""


def free_base() -> int:
    """First port of a free range."""
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = 20_000 + process % 4 * PER_PROCESS
    for base in range(first, first + PER_PROCESS, NEEDED):
        if all(free(base + port) for port in range(NEEDED)):
            return base
    raise AssertionError("no ports are free")


def free(port: int) -> bool:
    """Whether no process listens on the port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0
