"""Output of the steps of `up`."""

import io
from threading import Event

import pytest
from rich.console import Console

from localcloud.step_output import Steps, StepSkipped
from tests.support.waiting import TIMEOUT_SECONDS


@pytest.fixture
def pipe() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def steps(pipe: io.StringIO) -> Steps:
    return Steps(Console(file=pipe, width=100))


def test_background_step_prints_when_done(steps: Steps, pipe: io.StringIO) -> None:
    go_on = Event()

    def work() -> str:
        assert go_on.wait(TIMEOUT_SECONDS)
        return "13 posts"

    blog = steps.background("Blog", work)
    with steps.step("Deployed"):
        blog.finish(wait=False)
    assert "Blog" not in pipe.getvalue()
    go_on.set()
    blog.finish()
    blog.finish()
    deployed, printed = pipe.getvalue().splitlines()
    assert "Deployed" in deployed
    assert "✓ Blog" in printed
    assert "13 posts" in printed


def test_background_step_raises_on_finish(steps: Steps, pipe: io.StringIO) -> None:
    def work() -> str:
        raise ValueError("no database")

    blog = steps.background("Blog", work)
    with pytest.raises(ValueError, match="no database"):
        blog.finish()
    assert "✗ Blog" in pipe.getvalue()


def test_failed_step_prints_and_raises(steps: Steps, pipe: io.StringIO) -> None:
    with pytest.raises(ValueError, match="no"), steps.step("Deployed"):
        raise ValueError("no")
    assert "✗ Deployed" in pipe.getvalue()


def test_background_step_skipped_gives_reason(steps: Steps, pipe: io.StringIO) -> None:
    def work() -> str:
        raise StepSkipped("php is missing")

    blog = steps.background("Blog", work)
    assert not blog.finish()
    assert blog.skipped == "php is missing"
    assert "✓" not in pipe.getvalue()
    assert "php is missing" in pipe.getvalue()
