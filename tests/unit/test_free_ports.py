"""Test processes that run at the same time use different ports."""

import subprocess
import sys

from tests.support.ports import BASES, free_base

CLAIM = (
    "import sys; from tests.support.ports import free_base; print(free_base(), flush=True); sys.stdin.read()"
)


def claimed_by_another_process() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", CLAIM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_chosen_ports_are_of_one_process_before_it_listens() -> None:
    with claimed_by_another_process() as first, claimed_by_another_process() as second:
        assert first.stdout
        assert second.stdout
        bases = [int(first.stdout.readline()), int(second.stdout.readline()), free_base()]
        first.communicate()
        second.communicate()
    assert len(set(bases)) == len(bases)
    assert set(bases) <= set(BASES)


def test_process_uses_its_ports_again() -> None:
    assert free_base() == free_base()
