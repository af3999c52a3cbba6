from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from ops import stock
from ops.catalog import loader, table
from ops.catalog.checkpoint import Checkpoint
from ops.catalog.loader import load
from ops.catalog.rows import COLUMNS, Book, read
from tests.support.catalog_table import REGION, BatchWriteInterceptor, Deployment, items
from tests.support.mocked_aws import mocked_aws

PEER = "ap-southeast-1"
BOOKS = 130


@pytest.fixture(autouse=True)
def _aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mocked_aws():
        yield


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "books.csv"
    rows = [f"book-{n},Title {n},Author,Category {n % 3},{100 + n},EUR,4.1,9,1999,en" for n in range(BOOKS)]
    file.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
    return file


def test_load_writes_contract_names(path: Path, tmp_path: Path) -> None:
    deployment = Deployment(REGION)
    report = load(deployment, path, checkpoints=tmp_path / "seed")
    stored = items(deployment.clients[REGION])
    assert (report.loaded, report.resumed) == (BOOKS, 0)
    assert stored.keys() == {*(f"book-{n}" for n in range(BOOKS)), table.CATEGORIES_ID}
    assert stored["book-7"] == {
        "id": {"S": "book-7"},
        "title": {"S": "Title 7"},
        "author": {"S": "Author"},
        "category": {"S": "Category 1"},
        "description": {"S": ""},
        "price": {"N": "107"},
        "currency": {"S": "EUR"},
        "rating": {"N": "4.1"},
        "ratingsCount": {"N": "9"},
        "publishedYear": {"N": "1999"},
        "language": {"S": "en"},
        "cover": {"NULL": True},
        "listing": {"S": "books"},
    }


def test_load_counts_all_categories(path: Path, tmp_path: Path) -> None:
    deployment = Deployment(REGION)
    client = deployment.clients[REGION]
    client.put_item(TableName="shop-books", Item={"id": {"S": "other"}, "category": {"S": "Before"}})
    report = load(deployment, path, checkpoints=tmp_path / "seed")
    assert report.categories == {"Before": 1, "Category 0": 44, "Category 1": 43, "Category 2": 43}
    assert items(client)[table.CATEGORIES_ID]["categories"]["L"][0] == {
        "M": {"name": {"S": "Before"}, "count": {"N": "1"}}
    }


def test_load_after_interruption_continues(path: Path, tmp_path: Path) -> None:
    deployment = Deployment(REGION)
    client = deployment.clients[REGION]
    calls = 0

    def fail_later(client: Any, request: dict[str, Any]) -> dict[str, Any]:
        nonlocal calls
        calls += 1
        if calls > 3:
            raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
        answer: dict[str, Any] = client.batch_write_item(**request)
        return answer

    deployment.clients[REGION] = BatchWriteInterceptor(client, fail_later)
    with pytest.raises(EndpointConnectionError):
        load(deployment, path, checkpoints=tmp_path / "seed")
    stopped_at = set(items(client))
    assert 0 < len(stopped_at) < BOOKS

    deployment.clients[REGION] = client
    report = load(deployment, path, checkpoints=tmp_path / "seed")
    assert report.loaded == BOOKS
    assert {f"book-{n}" for n in range(report.resumed)} <= stopped_at
    assert len(items(client)) == BOOKS + 1
    assert load(deployment, path, checkpoints=tmp_path / "seed").resumed == 0


def test_checkpoint_of_other_books_or_table_is_zero(path: Path, tmp_path: Path) -> None:
    books = read(path).books
    folder = tmp_path / "seed"

    def checkpoint(books: list[Book], **table: str) -> Checkpoint:
        identity = {"table_arn": "arn:one", "incarnation": "1"} | table
        return Checkpoint(folder, books, **identity)

    checkpoint(books).advance(75)
    assert checkpoint(books).written == 75
    assert checkpoint(books[1:]).written == 0
    assert checkpoint(books, table_arn="arn:two").written == 0
    assert checkpoint(books, incarnation="2").written == 0


def test_checkpoint_unreadable_is_zero(path: Path, tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, read(path).books, table_arn="arn", incarnation="1")
    checkpoint.advance(75)
    next(tmp_path.glob("*.json")).write_text('{"writ')
    assert checkpoint.written == 0


def test_write_retries_unprocessed_items(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    deployment = Deployment(REGION)
    client = deployment.clients[REGION]

    def take_one(client: Any, request: dict[str, Any]) -> dict[str, Any]:
        (name, requests) = next(iter(request["RequestItems"].items()))
        taken, left = requests[:5], requests[5:]
        client.batch_write_item(RequestItems={name: taken})
        return {"UnprocessedItems": {name: left} if left else {}}

    deployment.clients[REGION] = BatchWriteInterceptor(client, take_one)
    load(deployment, path, checkpoints=tmp_path / "seed")
    assert len(items(client)) == BOOKS + 1


def test_write_refused_keeps_checkpoint(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    deployment = Deployment(REGION)
    client = deployment.clients[REGION]
    deployment.clients[REGION] = BatchWriteInterceptor(
        client, lambda _client, request: {"UnprocessedItems": request["RequestItems"]}
    )
    with pytest.raises(table.TableError, match="did not write 25 books"):
        load(deployment, path, checkpoints=tmp_path / "seed")
    assert not list((tmp_path / "seed").glob("*"))


def test_load_with_failing_write_of_books_leaves_stock(tmp_path: Path) -> None:
    """Otherwise the books of an interrupted load are sold without limit."""
    path = tmp_path / "books.csv"
    path.write_text(f"{','.join(COLUMNS)},stock\nbook,Title,Author,Cars,100,EUR,4.1,9,1999,en,5\n")
    deployment = Deployment(REGION, PEER)

    def fail(_client: Any, _request: dict[str, Any]) -> dict[str, Any]:
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:1")

    deployment.clients[REGION] = BatchWriteInterceptor(deployment.clients[REGION], fail)
    with pytest.raises(EndpointConnectionError):
        load(deployment, path, checkpoints=tmp_path / "seed")

    assert items(deployment.clients[REGION]) == {}
    assert [row.received for region in (REGION, PEER) for row in stock.read(deployment, region)] == [3, 2]


def test_load_without_replication_names_region(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "REPLICATION_SECONDS", 0.0)
    with pytest.raises(table.TableError, match=f"{PEER} has not received book-{BOOKS - 1}"):
        load(Deployment(REGION, PEER), path, checkpoints=tmp_path / "seed")


def test_load_reports_progress_to_end(path: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    load(
        Deployment(REGION),
        path,
        progress=lambda written, total: seen.append((written, total)),
        checkpoints=tmp_path / "seed",
    )
    assert seen[0] == (0, BOOKS)
    assert seen[-1] == (BOOKS, BOOKS)
    assert [written for written, _ in seen] == sorted(written for written, _ in seen)


def test_load_without_valid_rows_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(",".join(COLUMNS) + "\nonly,three,fields\n")
    deployment = Deployment(REGION)
    report = load(deployment, file)
    assert (report.loaded, len(report.rejected)) == (0, 1)
    assert items(deployment.clients[REGION]) == {}
