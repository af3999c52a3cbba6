"""Free ports for a local cloud of a test or a benchmark."""

import socket

from localcloud.layout import HOST

NEEDED = 64
"""Number of ports that a local cloud uses from its base."""


def free_base() -> int:
    """First port of a free range."""
    for base in range(20_000, 60_000, NEEDED):
        if all(free(base + port) for port in range(NEEDED)):
            return base
    raise AssertionError("no ports are free")


def free(port: int) -> bool:
    """Whether no process listens on the port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0
