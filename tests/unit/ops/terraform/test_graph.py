import pytest

from ops.terraform.graph import region_by_region, reverse, run_graph
from stacks.settings import Settings

SETTINGS = Settings(environment="test", regions=("eu-west-1", "us-west-2"))
ENVIRONMENT = {
    "bookstore-test-global": (),
    "bookstore-test-eu-west-1-common": (),
    "bookstore-test-us-west-2-common": (),
    "bookstore-test-eu-west-1": ("bookstore-test-global", "bookstore-test-eu-west-1-common"),
    "bookstore-test-eu-west-1-blog": ("bookstore-test-global", "bookstore-test-eu-west-1-common"),
    "bookstore-test-us-west-2": ("bookstore-test-global", "bookstore-test-us-west-2-common"),
    "bookstore-test-edge": ("bookstore-test-eu-west-1", "bookstore-test-us-west-2"),
}


class Recorder:
    """Records the order of work; the names in `failing` fail."""

    def __init__(self, *failing: str) -> None:
        self.failing = failing
        self.done: list[str] = []
        self.skipped: dict[str, str] = {}

    def work(self, name: str) -> bool:
        self.done.append(name)
        return name not in self.failing

    def skip(self, name: str, because: str) -> None:
        self.skipped[name] = because


def test_run_graph_failure_skips_dependants_only() -> None:
    recorder = Recorder("b")
    run_graph(
        {"a": (), "b": ("a",), "c": ("a",), "d": ("b",), "e": ("d",)}, recorder.work, skip=recorder.skip
    )
    assert set(recorder.done) == {"a", "b", "c"}
    assert recorder.skipped == {"d": "b", "e": "d"}


def test_run_graph_after_stop_begins_nothing() -> None:
    recorder = Recorder()
    run_graph({"a": (), "b": ("a",)}, recorder.work, skip=recorder.skip, stopped=lambda: bool(recorder.done))
    assert recorder.done == ["a"]


def test_run_graph_error_in_work_is_raised() -> None:
    def work(_name: str) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_graph({"a": ()}, work, skip=Recorder().skip)


def test_region_by_region_puts_gates_between_regions() -> None:
    graph = region_by_region(ENVIRONMENT, SETTINGS)
    assert graph["health gate eu-west-1"] == {"bookstore-test-eu-west-1"}
    assert "health gate eu-west-1" in graph["bookstore-test-us-west-2"]
    assert "health gate eu-west-1" in graph["bookstore-test-us-west-2-common"]
    assert "health gate us-west-2" in graph["bookstore-test-edge"]
    assert graph["bookstore-test-global"] == set()


def test_region_by_region_failed_gate_stops_next_region() -> None:
    recorder = Recorder("health gate eu-west-1")
    run_graph(region_by_region(ENVIRONMENT, SETTINGS), recorder.work, skip=recorder.skip)
    assert {"bookstore-test-us-west-2", "bookstore-test-edge"} <= recorder.skipped.keys()


def test_region_by_region_failed_blog_stops_no_region() -> None:
    recorder = Recorder("bookstore-test-eu-west-1-blog")
    run_graph(region_by_region(ENVIRONMENT, SETTINGS), recorder.work, skip=recorder.skip)
    assert "bookstore-test-us-west-2" in recorder.done


def test_reverse_removes_dependants_first() -> None:
    assert reverse({"a": (), "b": ("a",)}) == {"b": set(), "a": {"b"}}
