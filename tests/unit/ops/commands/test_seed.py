"""`ops seed`: progress, rejected rows, exit codes."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import Result

from ops.catalog.rows import COLUMNS
from tests.support.catalog_table import REGION, Deployment, items
from tests.support.mocked_aws import mocked_aws
from tests.support.operators import run_ops

GOOD = "book-{n},Title {n},Author,Cars,100,EUR,4.1,9,1999,en"
HEADER = ",".join(COLUMNS)


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Deployment]:
    """The deployment of the settings."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    for name, value in (("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path))
    with mocked_aws():
        made = Deployment(REGION)
        monkeypatch.setattr("ops.deployment.Deployment.load", lambda _settings: made)
        yield made


def seed(path: Path, *rows: str, header: str = HEADER, options: tuple[str, ...] = ()) -> Result:
    path.write_text("\n".join([header, *rows]) + "\n")
    return run_ops("seed", str(path), *options)


def test_seed_lists_rejected_rows(tmp_path: Path, deployment: Deployment) -> None:
    path = tmp_path / "books.csv"
    done = seed(path, GOOD.format(n=1), "only,three,fields", GOOD.format(n=2).replace("100", "free"))
    assert done.exit_code == 1, "rows were left out"
    assert f"{path}:3: left out: has 3 fields where the header has 10" in done.stderr
    assert f"{path}:4: left out: price is 'free', not an integer" in done.stderr
    assert "1 book loaded, 2 rows left out" in done.stdout
    assert "book-1" in items(deployment.clients[REGION])


def test_seed_accepting_rejected_rows_exits_0(tmp_path: Path, deployment: Deployment) -> None:
    rows = (GOOD.format(n=1), "only,three,fields")
    assert seed(tmp_path / "books.csv", *rows, options=("--accept-rejected",)).exit_code == 0


def test_seed_prints_span_of_open_quote(tmp_path: Path, deployment: Deployment) -> None:
    path = tmp_path / "books.csv"
    done = seed(
        path, f'{GOOD.format(n=1)},"open', f'{GOOD.format(n=2)},"two"', header=f"{HEADER},description"
    )
    assert f"{path}:2-3: left out: is not CSV (lines 2 to 3)" in done.stderr


def test_seed_without_books_exits_1(tmp_path: Path, deployment: Deployment) -> None:
    assert seed(tmp_path / "books.csv", "only,three,fields").exit_code == 1


def test_seed_of_other_file_exits_2(tmp_path: Path, deployment: Deployment) -> None:
    done = seed(tmp_path / "books.csv", header="id,title")
    assert done.exit_code == 2
    assert "lacks the columns author, category" in done.stderr


def test_seed_in_log_prints_tenths(tmp_path: Path, deployment: Deployment) -> None:
    lines = seed(tmp_path / "books.csv", *(GOOD.format(n=n) for n in range(300))).stderr.splitlines()
    assert lines[0] == "books.csv: 0 of 300 books"
    assert lines[-1] == "books.csv: 300 of 300 books"
    assert len(lines) == 11


def test_seed_on_terminal_shows_bar(
    tmp_path: Path, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(
        "ops.progress.plain_console", lambda **_: Console(file=terminal, force_terminal=True, width=100)
    )
    assert seed(tmp_path / "books.csv", *(GOOD.format(n=n) for n in range(30))).exit_code == 0
    assert "━" in terminal.getvalue()
    assert "30/30" in terminal.getvalue()
