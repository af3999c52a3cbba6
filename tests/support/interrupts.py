"""Commands of the project that get a signal at a chosen moment."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tests.support.size import sized

SIGNALS = [
    (number, to_group)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for to_group in (False, True)
]
"""Each signal, to the process alone or to its group."""

END_SECONDS = sized(short=20, full=10)
"""`make test` runs on a busy machine."""

Command = subprocess.Popen[str]


class Interrupt(NamedTuple):
    """A signal to a command."""

    moment: str
    number: signal.Signals
    to_group: bool

    def __str__(self) -> str:
        return f"{self.moment!r}, {self.number.name} to the {'group' if self.to_group else 'process'}"


def interrupt(
    module: Sequence[str],
    at: Interrupt,
    reached: Callable[[Command], None],
    environment: Mapping[str, str] | None = None,
) -> str:
    """Start a module of the project, wait for the moment, send the signal, and assert that the command ends in order.

    Args:
        module: the module and its arguments.
        at: the signal and the name of its moment.
        reached: waits for the moment; it may read the command's output.
        environment: variables of the command; by default those of this process.

    Returns:
        The rest of the command's output.
    """
    with subprocess.Popen(
        [sys.executable, "-m", *module],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        # A shell starts background commands with SIGINT ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as command:
        reached(command)
        began = time.monotonic()
        (os.killpg if at.to_group else os.kill)(command.pid, at.number)
        output, _ = command.communicate(timeout=120)
    seconds = time.monotonic() - began
    print(f"{at}: {seconds:.1f} s")
    assert command.returncode == 130, output
    assert "Traceback" not in output
    assert seconds < END_SECONDS
    return output
