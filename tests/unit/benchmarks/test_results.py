import json
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks import results
from benchmarks.web import Run, judge
from ops.drill.figures import Arithmetic
from ops.drill.reconcile import Reconciliation
from ops.drill.recording import DataLoss, Incident, Recording
from ops.drill.report import Report


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path))
    return tmp_path


def table(page: str, subject: str) -> dict[str, str]:
    """The line of a subject in the page's tables, by the columns' names."""
    header: list[str] = []
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| |"):
            header = cells
        elif line.startswith("|") and cells[0] == subject:
            return dict(zip(header[1:], cells[1:], strict=True))
    raise AssertionError(f"no line for {subject}")


def test_page_has_line_per_subject_and_goals() -> None:
    figures = {
        "at": "2026-01-02T03:04:05+00:00",
        "one region": {"wall_s": {"median": 5.71, "spread": 0.81}, "peak_mb": 187},
        "two regions": {"wall_s": {"median": 7.71, "spread": 1.52}, "peak_mb": 191},
        "rebuild_s": 13.1,
        "rebuild_s_spread": 1.8,
        "goals": {"four times faster": {"reached": "3.9 times", "met": False}},
    }
    page = results.page({"synth": figures})
    assert "## Synth" in page
    assert table(page, "one region") == {"wall s": "5.71 ± 0.81", "peak mb": "187"}
    assert table(page, "two regions") == {"wall s": "7.71 ± 1.52", "peak mb": "191"}
    assert table(page, "") == {"rebuild s": "13.1 ± 1.8"}
    assert page.count("| --- |") == 2
    assert "- four times faster: 3.9 times" in page


def test_page_has_visits_of_home_page(folder: Path) -> None:
    runs = [Run(lcp, 0.0, "H1", 111_500, 259_300) for lcp in (1_500.0, 1_600.0, 1_700.0)]
    assert judge(Console(), runs) is True
    visits = table(results.page(json.loads(results.file().read_text())), "")
    assert visits["lcp ms"] == "1,600 ± 100"


def test_page_has_figures_of_last_drill(folder: Path) -> None:
    incident = Incident("1", "region lost", "eu-west-1", "", True, loss=DataLoss(["a"], ["a"], 0.77))
    found = Reconciliation(2000, 2000, [], [], [], [], [], [])
    report = Report("test", 1, ("eu-west-1",), Recording(incidents=[incident]), found, Arithmetic(10, 2, 60))
    report.write(folder / "drill")
    page = results.page(results.drill())
    assert f"`make drill`, {json.loads((folder / 'drill/report.json').read_text())['at'][:10]}" in page
    assert table(page, "region lost, eu-west-1")["rpo s"] == "0.77"
    assert table(page, "orders")["confirmed"] == "2,000"


def test_page_without_drill_has_no_section(folder: Path) -> None:
    assert results.drill() == {}
