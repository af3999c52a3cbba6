import gc
import hashlib
from collections.abc import Callable
from contextlib import nullcontext
from io import BytesIO
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

from runtime import aws, clock
from runtime.errors import Unavailable
from search import builder, handler, store
from search.models import Filters
from search.store import POINTER_ATTEMPTS, Bucket, Reader
from shop.search_index import POINTER, Pointer
from tests.support.api_events import Answer, Shopper
from tests.support.lambda_tables import BOOKS as TABLE
from tests.support.lambda_tables import Tables
from tests.unit.lambda_src.search.catalog import BOOKS

BUCKET = "shop-test-search"


@pytest.fixture(autouse=True)
def long_load_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a loaded machine, too, a load ends within this time."""
    monkeypatch.setattr(store, "WAIT_SECONDS", 30)


@pytest.fixture
def shop(tables: Tables, search_bucket: Any) -> Tables:
    """A Books table with a few books, and an empty bucket for indexes."""
    for item in BOOKS:
        tables.put(TABLE, item)
    return tables


def s3() -> Any:
    return aws.client("s3", read_timeout=10)


def get(resource: str, **query: str) -> Answer:
    return Shopper(handler.handle)("GET", resource, query=query)


def ids(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.text
    return [item["id"] for item in answer.json["items"]]


def record(age: float) -> dict[str, Any]:
    """A stream record of a change `age` seconds ago."""
    return {"dynamodb": {"ApproximateCreationDateTime": clock.now().timestamp() - age}}


def test_search_finds_book(shop: Tables) -> None:
    builder.handle({}, None)
    assert ids(get("/search", q="tolkien")) == ["the-hobbit"]


def test_search_corrects_text(shop: Tables) -> None:
    builder.handle({}, None)
    answer = get("/search", q="tolkein")
    assert ids(answer) == ["the-hobbit"]
    assert answer.json["didYouMean"] == "tolkien"


@pytest.mark.parametrize("text", ["¢", "?!", '"*"', "\U000aa169", "  --  "])
def test_search_without_words_finds_nothing(shop: Tables, text: str) -> None:
    builder.handle({}, None)
    answer = get("/search", q=text)
    assert answer.status == 200
    assert (ids(answer), answer.json["total"], answer.json["didYouMean"]) == ([], 0, None)


def test_search_cursor_continues(shop: Tables) -> None:
    builder.handle({}, None)
    seen: list[str] = []
    cursor = None
    while True:
        page = get("/search", limit="5", **({"cursor": cursor} if cursor else {}))
        seen.extend(ids(page))
        cursor = page.json["nextCursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == len(BOOKS)


def test_search_page_equals_cursor(shop: Tables) -> None:
    builder.handle({}, None)
    first = get("/search", limit="5")
    assert ids(get("/search", limit="5", page="2")) == ids(
        get("/search", limit="5", cursor=first.json["nextCursor"])
    )


def test_search_cursor_of_other_query_refused(shop: Tables) -> None:
    builder.handle({}, None)
    cursor = get("/search", limit="5").json["nextCursor"]
    assert get("/search", q="the", limit="5", cursor=cursor).status == 400


@pytest.mark.parametrize(
    "query",
    [
        {"sort": "best"},
        {"minPrice": "1.5"},
        {"publishedFrom": "--5"},
        {"page": "0"},
        {"page": "418", "limit": "24"},  # starts behind the last result that can be paged through
        {"limit": "101"},
        {"q": "x" * 501},
        {"q": "x" + "\x85" * 500},  # white space counts, as in the contract
    ],
)
def test_search_bad_parameter_refused(shop: Tables, query: dict[str, str]) -> None:
    builder.handle({}, None)
    assert get("/search", **query).status == 400


def test_search_last_page_answered(shop: Tables) -> None:
    builder.handle({}, None)
    assert ids(get("/search", page="417", limit="24")) == []


def test_search_late_page_beside_cursor_ignored(shop: Tables) -> None:
    builder.handle({}, None)
    cursor = get("/search", limit="5").json["nextCursor"]
    assert len(ids(get("/search", limit="5", page="10000", cursor=cursor))) == 5


def test_search_before_our_era(shop: Tables) -> None:
    builder.handle({}, None)
    assert ids(get("/search", publishedTo="-1", publishedFrom="-800")) == ["9780140449136"]


def test_search_shows_current_price(shop: Tables) -> None:
    builder.handle({}, None)
    shop.put(TABLE, {**BOOKS[0], "price": 777})
    assert get("/search", q="hamlet").json["items"][0]["price"] == 777


def test_search_leaves_removed_book_out(shop: Tables) -> None:
    builder.handle({}, None)
    shop.client.delete_item(TableName=TABLE, Key={"id": {"S": "hamlet"}})
    assert ids(get("/search", q="hamlet")) == []


def test_suggestions_at_most_eight(shop: Tables) -> None:
    builder.handle({}, None)
    answer = get("/suggestions", q="h")
    assert 0 < len(answer.json["items"]) <= 8
    assert {"text": "Hamlet", "kind": "title", "bookId": "hamlet"} in answer.json["items"]


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "?!"}])
def test_suggestions_without_words_empty(shop: Tables, query: dict[str, str]) -> None:
    builder.handle({}, None)
    assert get("/suggestions", **query).json["items"] == []


def test_search_without_index_unavailable(shop: Tables) -> None:
    assert get("/search", q="hamlet").status == 503


def test_search_with_damaged_index_unavailable(shop: Tables) -> None:
    builder.handle({}, None)
    for content in s3().list_objects_v2(Bucket=BUCKET)["Contents"]:
        if content["Key"].endswith(".sqlite"):
            s3().put_object(Bucket=BUCKET, Key=content["Key"], Body=b"half")
    assert get("/search", q="hamlet").status == 503


@pytest.mark.parametrize("suffix", [".json", ".sqlite"])
def test_search_unavailable_when_s3_breaks_off(
    shop: Tables, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    builder.handle({}, None)
    client = s3()
    read = client.get_object

    def get_object(**parameters: Any) -> Any:
        answer = read(**parameters)
        if parameters["Key"].endswith(suffix):
            answer["Body"] = StreamingBody(BytesIO(b"half"), 8)
        return answer

    with monkeypatch.context() as broken:
        broken.setattr(client, "get_object", get_object)
        assert get("/search", q="hamlet").status == 503
    assert ids(get("/search", q="hamlet")) == ["hamlet"]


def test_builder_skips_records_in_index(shop: Tables) -> None:
    assert builder.handle({"Records": [record(60)]}, None)["built"]
    assert not builder.handle({"Records": [record(60)]}, None)["built"]
    assert builder.handle({"Records": [record(60), record(0)]}, None)["built"]


def test_builder_on_schedule_keeps_young_index(shop: Tables) -> None:
    assert builder.handle({}, None)["built"]
    assert not builder.handle({}, None)["built"]


def test_builder_older_scan_does_not_replace_newer(shop: Tables, tmp_path: Path) -> None:
    builder.handle({}, None)
    bucket = Bucket(s3(), BUCKET)
    newer = bucket.pointer()
    path = tmp_path / "index.sqlite"
    path.write_bytes(b"older")
    older = bucket.upload(path, scanned_at="2020-01-01T00:00:00.000Z", books=0)
    assert not bucket.point_to(older)
    assert bucket.pointer() == newer


@pytest.mark.parametrize("is_first_build", [True, False])
def test_older_scan_that_writes_last_does_not_win(
    shop: Tables, monkeypatch: pytest.MonkeyPatch, is_first_build: bool
) -> None:
    """The newer builder writes between the older one's read and write."""
    bucket = Bucket(s3(), BUCKET)
    if not is_first_build:
        bucket.point_to(_pointer("2026-01-31T08:00:00.000Z"))
    newer, older = _pointer("2026-01-31T09:00:00.000Z"), _pointer("2026-01-31T08:30:00.000Z")
    _before_next_write(monkeypatch, lambda: bucket.point_to(newer))
    assert not bucket.point_to(older)
    assert bucket.pointer() == newer


def test_newer_scan_that_writes_last_wins(shop: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = Bucket(s3(), BUCKET)
    newer, older = _pointer("2026-01-31T09:00:00.000Z"), _pointer("2026-01-31T08:30:00.000Z")
    _before_next_write(monkeypatch, lambda: bucket.point_to(older))
    assert bucket.point_to(newer)
    assert bucket.pointer() == newer


def test_pointer_deleted_meanwhile_is_written(shop: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator may empty the bucket."""
    bucket = Bucket(s3(), BUCKET)
    bucket.point_to(_pointer("2026-01-31T08:00:00.000Z"))
    _before_next_write(monkeypatch, lambda: s3().delete_object(Bucket=BUCKET, Key=POINTER))
    newer = _pointer("2026-01-31T09:00:00.000Z")
    assert bucket.point_to(newer)
    assert bucket.pointer() == newer


def test_repeated_write_of_pointer_succeeds(shop: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK repeats a write whose answer was lost; S3 then has the pointer already."""
    bucket, pointer = Bucket(s3(), BUCKET), _pointer("2026-01-31T09:00:00.000Z")
    _before_next_write(monkeypatch, lambda: bucket.point_to(pointer))
    assert bucket.point_to(pointer)


@pytest.mark.parametrize(
    ("conflicts", "is_written"), [(POINTER_ATTEMPTS - 1, True), (POINTER_ATTEMPTS, False)]
)
def test_write_conflicts_are_repeated_a_few_times(
    shop: Tables, monkeypatch: pytest.MonkeyPatch, conflicts: int, is_written: bool
) -> None:
    client, pointer = s3(), _pointer("2026-01-31T09:00:00.000Z")
    write, answers = client.put_object, ["ConditionalRequestConflict"] * conflicts

    def put_object(**parameters: Any) -> Any:
        if answers:
            raise ClientError({"Error": {"Code": answers.pop(), "Message": ""}}, "PutObject")
        return write(**parameters)

    monkeypatch.setattr(client, "put_object", put_object)
    with nullcontext() if is_written else pytest.raises(Unavailable):
        assert Bucket(client, BUCKET).point_to(pointer)
    assert Bucket(client, BUCKET).pointer() == (pointer if is_written else None)


def test_other_errors_of_write_are_raised(shop: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    def put_object(**_parameters: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, "PutObject")

    client = s3()
    monkeypatch.setattr(client, "put_object", put_object)
    with pytest.raises(ClientError, match="AccessDenied"):
        Bucket(client, BUCKET).point_to(_pointer("2026-01-31T09:00:00.000Z"))


def test_reader_takes_newer_index(shop: Tables, tmp_path: Path) -> None:
    now = [0.0]
    reader = Reader(Bucket(s3(), BUCKET), tmp_path, clock=lambda: now[0])
    builder.build()
    first = reader.index()
    shop.put(TABLE, {**BOOKS[0], "id": "hamlet-2"})
    builder.build()
    assert reader.index() is first
    now[0] = 31.0
    assert reader.index().scanned_at > first.scanned_at
    assert list(tmp_path.iterdir()) == []


def test_search_waits_for_running_load(shop: Tables, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The load begins in one search, does not end in the next one, and ends in the third."""
    now, bucket = [0.0], Bucket(s3(), BUCKET)
    reader = Reader(bucket, tmp_path, clock=lambda: now[0])
    builder.build()
    first = reader.index()
    builder.build()
    goes_on, loads, download = Event(), list[Pointer](), bucket.download

    def slow(pointer: Pointer, path: Path) -> None:
        loads.append(pointer)
        goes_on.wait()
        download(pointer, path)

    monkeypatch.setattr(bucket, "download", slow)
    monkeypatch.setattr(store, "WAIT_SECONDS", 0.01)
    for now[0] in (31.0, 62.0):
        assert reader.index() is first
    monkeypatch.setattr(store, "WAIT_SECONDS", 30)
    goes_on.set()
    assert reader.index().scanned_at > first.scanned_at
    assert len(loads) == 1


def test_reader_closes_replaced_files(shop: Tables, tmp_path: Path) -> None:
    now = [0.0]
    reader = Reader(Bucket(s3(), BUCKET), tmp_path, clock=lambda: now[0])
    gc.disable()
    try:
        for _ in range(4):
            builder.build()
            now[0] += 31.0
            reader.index().summary("", Filters())
        assert _open_files(tmp_path) == 1
    finally:
        gc.enable()


def test_reader_keeps_file_of_running_search(shop: Tables, tmp_path: Path) -> None:
    now = [0.0]
    reader = Reader(Bucket(s3(), BUCKET), tmp_path, clock=lambda: now[0])
    builder.build()
    used = reader.index()
    builder.build()
    now[0] = 31.0
    assert reader.index() is not used
    assert used.summary("", Filters()).total == len(BOOKS)


def test_reader_keeps_index_when_s3_fails(shop: Tables, tmp_path: Path) -> None:
    now = [0.0]
    reader = Reader(Bucket(s3(), BUCKET), tmp_path, clock=lambda: now[0])
    builder.build()
    first = reader.index()
    s3().put_object(Bucket=BUCKET, Key=POINTER, Body=_pointer_to_nothing())
    now[0] = 31.0
    assert reader.index() is first


def test_reader_without_file_unavailable(shop: Tables, tmp_path: Path) -> None:
    s3().put_object(Bucket=BUCKET, Key=POINTER, Body=_pointer_to_nothing())
    with pytest.raises(Unavailable):
        Reader(Bucket(s3(), BUCKET), tmp_path).index()


def test_schedule_rebuilds_damaged_index(shop: Tables) -> None:
    builder.build()
    assert builder.handle({}, None) == {"built": False}
    pointer = Bucket(s3(), BUCKET).pointer()
    assert pointer is not None
    s3().put_object(Bucket=BUCKET, Key=pointer.key, Body=b"damaged")
    assert builder.handle({}, None)["built"]


def _pointer(scanned_at: str) -> Pointer:
    return Pointer(f"search/v1/{scanned_at}.sqlite", hashlib.sha256(b"").hexdigest(), scanned_at, 0)


def _before_next_write(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Run `act` once, before the next object is written."""
    client, actions = s3(), [act]
    write = client.put_object

    def put_object(**parameters: Any) -> Any:
        if actions:
            actions.pop()()
        return write(**parameters)

    monkeypatch.setattr(client, "put_object", put_object)


def _open_files(folder: Path) -> int:
    """Files of `folder` that this process has open, also deleted ones."""
    return sum(
        str(link.readlink()).startswith(str(folder))
        for link in Path("/proc/self/fd").iterdir()
        if link.is_symlink()
    )


def _pointer_to_nothing() -> bytes:
    digest = hashlib.sha256(b"").hexdigest()
    return f'{{"key": "gone", "sha256": "{digest}", "scanned_at": "2999-01-01T00:00:00.000Z", "books": 0}}'.encode()
