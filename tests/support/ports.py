"""Ports for a local cloud that a test or a benchmark has to itself."""

import socket

from localcloud.layout import HOST

NEEDED = 64
"""Ports from the base on that a local cloud uses."""


def free_base() -> int:
    """The first port of so many that nobody listens on."""
    for base in range(20_000, 60_000, NEEDED):
        if all(free(base + port) for port in range(NEEDED)):
            return base
    raise AssertionError("no ports are free")


def free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0
