"""Ends Terraform in order when the operator or the system stops a command.

Terraform gets SIGINT once: it finishes the requests in flight, writes the state and releases the lock. A second
Ctrl-C goes through to Terraform, which then ends at once and may leave the lock. An unexpected error, such as a full
disk during logging, stops the other stacks in the same way. `deferred_signals` is for the start of any other process.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Running:
    """The Terraform processes of this command, and how often it was asked to stop."""

    def __init__(self) -> None:
        self.processes: set[subprocess.Popen[str]] = set()
        self.requests = 0
        self.is_interrupted = False
        self.is_guarded = False
        self.grace: float | None = None
        self.killer: threading.Timer | None = None
        # The handler runs in the main thread, which may hold the lock already.
        self.lock = threading.RLock()

    def handle(self, number: int, _frame: FrameType | None = None) -> None:
        """The signal handler."""
        self.is_interrupted = True
        if number == signal.SIGHUP:
            _detach_from_terminal()
        self.stop(number)

    def stop(self, number: int) -> None:
        """Stop Terraform; a second time only for SIGINT."""
        is_first = self.requests == 0
        self.requests += 1
        if is_first or number == signal.SIGINT:
            with self.lock:
                for process in self.processes:
                    process.send_signal(signal.SIGINT)
        if is_first and self.grace is not None:
            self.killer = threading.Timer(self.grace, self._kill)
            self.killer.start()

    def _kill(self) -> None:
        with self.lock:
            for process in self.processes:
                with suppress(ProcessLookupError):
                    # With its providers: each Terraform has a session of its own.
                    os.killpg(process.pid, signal.SIGKILL)


_running = _Running()


def stop_requested() -> bool:
    """Whether the running command was asked to stop."""
    return _running.requests > 0


@contextmanager
def registered(process: subprocess.Popen[str]) -> Iterator[None]:
    """Pass interrupts on to `process` until the body ends."""
    with _running.lock:
        _running.processes.add(process)
        if stop_requested():
            process.send_signal(signal.SIGINT)
    try:
        yield
    finally:
        with _running.lock:
            _running.processes.discard(process)


def stop_others() -> None:
    """Stop the running Terraform processes, because the work cannot go on."""
    _running.stop(signal.SIGTERM)


@contextmanager
def orderly_stop(grace: float | None = None) -> Iterator[None]:
    """Wait for running Terraform processes on SIGINT, SIGTERM and SIGHUP, then raise KeyboardInterrupt.

    Those that still run after `grace` seconds are killed; None waits for as long as they take. Without a signal
    an error of the body is raised as it is; after one only an OSError is, which may be the signal's reason.

    Signal handlers belong to the main thread: in another thread, and nested, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread() or _running.is_guarded:
        yield
        return
    _running.is_guarded, _running.requests, _running.grace = True, 0, grace
    _running.is_interrupted = False
    previous = _handle_signals(_running.handle)
    failed = False
    try:
        yield
    except OSError:
        failed = True
        raise
    finally:
        _restore_signals(previous)
        if _running.killer:
            _running.killer.cancel()
        _running.is_guarded, _running.killer, _running.requests = False, None, 0
        if _running.is_interrupted and not failed:
            raise KeyboardInterrupt


@contextmanager
def deferred_signals() -> Iterator[None]:
    """Deliver SIGINT, SIGTERM and SIGHUP after the body: the caller then knows the process that the body starts.

    Signal handlers belong to the main thread: in another thread this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    previous = _handle_signals(lambda number, _: received.append(number))
    try:
        yield
    finally:
        _restore_signals(previous)
        for number in received:
            signal.raise_signal(number)


def _handle_signals(handler: Callable[[int, FrameType | None], object]) -> dict[signal.Signals, Any]:
    """Install the handler, and return those before it."""
    return {number: signal.signal(number, handler) for number in _SIGNALS}


def _restore_signals(handlers: Mapping[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler or signal.SIG_DFL)


def _detach_from_terminal() -> None:
    """The terminal is gone: writing to it would fail, and end this command before Terraform."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        if stream is not None and stream.isatty():
            os.dup2(nowhere, stream.fileno())
