import json
from pathlib import Path

import pytest

from benchmarks import results
from ops.drill.figures import Arithmetic
from ops.drill.reconcile import Reconciliation
from ops.drill.recording import DataLoss, Incident, Recording
from ops.drill.report import Report


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path))
    return tmp_path


def test_page_has_figures_of_last_drill(folder: Path) -> None:
    incident = Incident("1", "region lost", "eu-west-1", "", True, loss=DataLoss(["a"], ["a"], 0.77))
    found = Reconciliation(2000, 2000, [], [], [], [], [], [])
    report = Report("test", 1, ("eu-west-1",), Recording(incidents=[incident]), found, Arithmetic(10, 2, 60))
    report.write(folder / "drill")
    page = results.page(results.drill())
    assert f"`make drill`, {json.loads((folder / 'drill/report.json').read_text())['at']}" in page
    assert "| region lost, eu-west-1 | rpo_s | 0.77 |  |" in page
    assert "| orders | confirmed | 2,000 |  |" in page


def test_page_without_drill_has_no_section(folder: Path) -> None:
    assert results.drill() == {}
