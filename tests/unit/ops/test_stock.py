"""Stock commands on two regions of moto, between which the test replicates."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import permutations
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from ops import stock
from ops.errors import InterruptError, OperatorError
from ops.stock import REGISTRY, Row, split
from ops.stock_removal import accept_all, give_all
from runtime import dynamo
from shop import stock as shop_stock
from shop.stock import Share
from stacks.settings import Settings
from tests.support.mocked_aws import mocked_aws
from tests.support.operators import run_ops

HERE, THERE = "eu-west-1", "ap-southeast-1"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@dataclass
class Deployment:
    """Two regions with a books and a stock table, and those that a test adds."""

    clients: dict[str, Any] = field(default_factory=dict)
    regions: dict[str, Any] = field(default_factory=dict)

    def add(self, region: str) -> None:
        """Create a region's tables."""
        self.clients[region] = boto3.client("dynamodb", region)
        self.regions[region] = SimpleNamespace(tables={"books": "books", "stock": "stock"})
        create_tables(self.clients[region])
        self.clients[region].put_item(TableName="books", Item={"id": {"S": "a"}})

    def client(self, service: str, region: str) -> Any:
        return self.clients[region]

    def replicate(self) -> None:
        """Copy each region's own rows to the others."""
        for source, target in permutations(self.clients, 2):
            for item in self.clients[source].scan(TableName="stock")["Items"]:
                if item["region"]["S"] in (source, "_"):
                    self.clients[target].put_item(TableName="stock", Item=item)


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mocked_aws():
        made = Deployment()
        for region in (HERE, THERE):
            made.add(region)
        yield made


def create_tables(client: Any) -> None:
    for name, keys in (("books", ("id",)), ("stock", ("bookId", "region"))):
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
            KeySchema=[
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
        )


def sell(deployment: Deployment, region: str, copies: int) -> None:
    deployment.clients[region].update_item(
        TableName="stock",
        Key={"bookId": {"S": "a"}, "region": {"S": region}},
        UpdateExpression="ADD spent :copies",
        ExpressionAttributeValues={":copies": {"N": str(copies)}},
    )


def ask_for_copies(deployment: Deployment, region: str, claims_seen: int = 0) -> None:
    deployment.clients[region].update_item(
        TableName="stock",
        Key={"bookId": {"S": "a"}, "region": {"S": region}},
        UpdateExpression="SET wanted = :wanted, claimsSeen = :claims "
        "ADD spent :none, received :none, restored :none",
        ExpressionAttributeValues={
            ":wanted": {"N": "5"},
            ":claims": {"N": str(claims_seen)},
            ":none": {"N": "0"},
        },
    )


def functions_view(deployment: Deployment, region: str) -> dict[str, Share]:
    """Shares of the book as the functions in a region read them."""
    items = [dynamo.load(item) for item in deployment.clients[region].scan(TableName="stock")["Items"]]
    return shop_stock.by_book(item for item in items if item["bookId"] == "a")["a"]


def shares(deployment: Deployment) -> dict[str, stock.Status]:
    return {each.region: each for each in stock.status(deployment, "a")}


def test_load_shares_copies_once(deployment: Deployment) -> None:
    assert stock.load(deployment, {"a": 11}) == 1
    assert stock.load(deployment, {"a": 11}) == 0
    assert {region: each.rights for region, each in shares(deployment).items()} == {HERE: 6, THERE: 5}
    registry = deployment.clients[HERE].get_item(TableName="stock", Key=REGISTRY)["Item"]
    assert [name["S"] for name in registry["names"]["L"]] == [THERE, HERE]


def test_load_adds_to_row_that_asked_for_copies(deployment: Deployment) -> None:
    """A region's function sees another region's row before this command has written its own."""
    ask_for_copies(deployment, THERE)
    assert stock.load(deployment, {"a": 11}) == 1
    assert stock.load(deployment, {"a": 11}) == 0
    assert {region: each.rights for region, each in shares(deployment).items()} == {HERE: 6, THERE: 5}
    assert shares(deployment)[THERE].wanted == 5


def test_load_continues_after_interruption(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(region: str) -> bool:
        raise EndpointConnectionError(endpoint_url=region)

    receive = stock._receive
    monkeypatch.setattr(
        stock,
        "_receive",
        lambda *job: receive(*job) if job[1] == HERE else failing(job[1]),
    )
    with pytest.raises(EndpointConnectionError):
        stock.load(deployment, {"a": 11})
    monkeypatch.undo()
    stock.load(deployment, {"a": 11})
    assert {region: each.rights for region, each in shares(deployment).items()} == {HERE: 6, THERE: 5}


@pytest.mark.parametrize("weights", [{HERE: 1, THERE: 1}, {HERE: 1, THERE: 0}])
def test_load_gives_an_added_region_no_new_copies(deployment: Deployment, weights: dict[str, int]) -> None:
    """It gets a row, by which it is known, and asks the other regions for copies."""
    both = deployment.regions
    deployment.regions = {HERE: both[HERE]}
    stock.load(deployment, {"a": 20}, weights)
    deployment.regions = both
    stock.load(deployment, {"a": 20})
    deployment.replicate()
    assert {region: each.rights for region, each in shares(deployment).items()} == {HERE: 20, THERE: 0}
    seen = functions_view(deployment, THERE)
    asking = {**seen, THERE: seen[THERE]._replace(wanted=shop_stock.wanted(seen, THERE, NOW))}
    assert shop_stock.grant(asking, HERE, THERE, NOW) > 0


def test_load_counts_copies_of_removed_regions(deployment: Deployment) -> None:
    stock.load(deployment, {"a": 20})
    deployment.replicate()
    both = deployment.regions
    deployment.regions = {HERE: both[HERE], "us-east-1": both[THERE]}
    deployment.clients["us-east-1"] = boto3.client("dynamodb", "us-east-1")
    create_tables(deployment.clients["us-east-1"])
    stock.load(deployment, {"a": 20})
    rows = stock.grouped(stock.read(deployment, "us-east-1"))["a"]
    assert {region: row.received for region, row in rows.items()} == {"us-east-1": 0}


def test_copies_are_shared_by_weight(deployment: Deployment) -> None:
    stock.load(deployment, {"a": 9}, {HERE: 3, THERE: 0})
    assert {region: each.rights for region, each in shares(deployment).items()} == {HERE: 9, THERE: 0}
    stock.add(deployment, "a", 4, weights={HERE: 3})
    assert {region: each.rights for region, each in shares(deployment).items()} == {HERE: 12, THERE: 1}


def test_add_increases_rights(deployment: Deployment) -> None:
    stock.load(deployment, {"a": 2})
    stock.add(deployment, "a", 3, THERE)
    stock.add(deployment, "a", 4)
    assert {region: each.rights for region, each in shares(deployment).items()} == {HERE: 3, THERE: 6}
    with pytest.raises(OperatorError, match="nowhere"):
        stock.add(deployment, "nowhere", 1)


def test_add_counts_once_when_the_answer_is_lost(deployment: Deployment) -> None:
    """The request is sent again, with the token by which DynamoDB knows it."""
    tokens: list[str] = []

    def lose_first(request: Any, **_: Any) -> None:
        tokens.append(json.loads(request.body)["ClientRequestToken"])
        if len(tokens) == 1:
            raise EndpointConnectionError(endpoint_url=request.url)

    deployment.clients[THERE].meta.events.register("before-send.dynamodb.TransactWriteItems", lose_first)
    stock.add(deployment, "a", 3, THERE)
    assert len(tokens) == 2
    assert tokens[0] == tokens[1]
    assert shares(deployment)[THERE].rights == 3


def refuse(monkeypatch: pytest.MonkeyPatch, client: Any, code: str, times: int) -> None:
    """Cancel the next transactions of a client for a reason."""
    send, answers = client.transact_write_items, iter([{"Code": code}] * times)

    def refuse_first(**request: Any) -> Any:
        for reason in answers:
            response = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": [reason]}
            raise client.exceptions.TransactionCanceledException(response, "TransactWriteItems")
        return send(**request)

    monkeypatch.setattr(client, "transact_write_items", refuse_first)


def test_add_waits_for_an_order_of_the_book(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, deployment.clients[THERE], "TransactionConflict", times=3)
    stock.add(deployment, "a", 3, THERE)
    assert shares(deployment)[THERE].rights == 3


def test_add_says_what_is_missing(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator who repeated the whole command would add the first region's copies twice."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    stock.load(deployment, {"a": 2})
    refuse(monkeypatch, deployment.clients[THERE], "TransactionConflict", times=100)
    with pytest.raises(OperatorError) as reported:
        stock.add(deployment, "a", 5)
    assert f"added: 3 to {HERE}" in str(reported.value)
    assert str(reported.value).endswith(f"make stock BOOK=a ADD=2 REGION={THERE}")
    assert {region: each.rights for region, each in shares(deployment).items()} == {HERE: 4, THERE: 1}


def test_interrupted_add_says_what_is_missing(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(**_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(deployment.clients[THERE], "transact_write_items", interrupt)
    with pytest.raises(InterruptError) as reported:
        stock.add(deployment, "a", 5)
    assert f"added: 3 to {HERE}" in str(reported.value)
    assert str(reported.value).endswith(f"make stock BOOK=a ADD=2 REGION={THERE}")


def test_added_copies_are_reported_when_a_region_cannot_be_read(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operator who repeated the command would add them twice."""

    def lose(request: Any, **_: Any) -> None:
        raise EndpointConnectionError(endpoint_url=request.url)

    monkeypatch.setattr(Settings, "load", lambda _: Settings(regions=(HERE, THERE)))
    monkeypatch.setattr("ops.commands.stock.Deployment.load", lambda _: deployment)
    deployment.clients[THERE].meta.events.register("before-send.dynamodb.Query", lose)
    monkeypatch.setattr("time.sleep", lambda _: None)
    result = run_ops("stock", "--book", "a", "--add", "3", "--region", HERE)
    assert result.exit_code == 1
    assert f"added: 3 to {HERE}" in result.stderr
    assert "do not add them again" in result.stderr
    rows = stock.grouped(stock.read(deployment, HERE))["a"]
    assert rows[HERE].received == 3


def test_claim_reports_what_was_sold_twice(deployment: Deployment) -> None:
    """The lost region had sold two copies that were not replicated."""
    stock.load(deployment, {"a": 10})
    deployment.replicate()
    sell(deployment, THERE, 2)

    assert stock.claim(deployment, THERE) == {"a": 5}
    assert stock.claim(deployment, THERE) == {}
    assert shares(deployment)[HERE].rights == 10

    deployment.replicate()
    assert shares(deployment)[THERE].rights == -2


def test_claims_at_the_same_time_give_copies_once(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both commands read the rows before one of them writes."""
    stock.load(deployment, {"a": 10, "b": 4}, {HERE: 1, THERE: 1})
    deployment.replicate()
    before = stock.read(deployment, HERE)
    assert stock.claim(deployment, THERE) == {"a": 5, "b": 2}
    with monkeypatch.context() as other:
        other.setattr(stock, "read", lambda *_: before)
        with pytest.raises(OperatorError, match="another claim"):
            stock.claim(deployment, THERE)
    assert shares(deployment)[HERE].rights == 10

    deployment.replicate()
    assert shares(deployment)[THERE].rights == 0


def test_claim_closes_open_requests(deployment: Deployment) -> None:
    """Also of books of which nothing is left to claim."""
    stock.load(deployment, {"a": 10}, {HERE: 1, THERE: 0})
    ask_for_copies(deployment, THERE)
    deployment.replicate()
    assert shop_stock.asks(functions_view(deployment, HERE), THERE)

    assert stock.claim(deployment, THERE) == {}
    closed = functions_view(deployment, HERE)
    assert not shop_stock.asks(closed, THERE)
    assert stock.claim(deployment, THERE) == {}
    assert functions_view(deployment, HERE) == closed


def test_copies_in_flight_are_shown(deployment: Deployment) -> None:
    stock.load(deployment, {"a": 10})
    deployment.replicate()
    deployment.clients[HERE].update_item(
        TableName="stock",
        Key={"bookId": {"S": "a"}, "region": {"S": HERE}},
        UpdateExpression="ADD spent :n, #given :n",
        ExpressionAttributeNames={"#given": f"given:{THERE}"},
        ExpressionAttributeValues={":n": {"N": "3"}},
    )
    before = shares(deployment)
    assert (before[HERE].rights, before[HERE].given, before[HERE].sold) == (2, 3, 0)
    assert (before[THERE].rights, before[THERE].in_flight) == (5, 3)
    deployment.replicate()
    after = shares(deployment)
    assert (after[THERE].rights, after[THERE].in_flight) == (8, 0)


def test_removed_region_gives_all_copies(deployment: Deployment) -> None:
    stock.load(deployment, {"a": 11})
    deployment.replicate()
    sell(deployment, THERE, 2)
    assert give_all(deployment, THERE, [HERE]) == 3
    deployment.replicate()
    accept_all(deployment, THERE, [HERE])

    deployment.clients[HERE].delete_item(
        TableName="stock", Key={"bookId": {"S": "a"}, "region": {"S": THERE}}
    )
    registry = deployment.clients[HERE].get_item(TableName="stock", Key=REGISTRY)["Item"]
    assert registry["names"]["L"] == [{"S": HERE}]
    assert stock.rights(stock.grouped(stock.read(deployment, HERE))["a"], HERE) == 9
    assert give_all(deployment, THERE, [HERE]) == 0


def test_removed_region_keeps_claimed_copies(deployment: Deployment) -> None:
    """Copies of a lost region that a removed region had sold are not sold again."""
    stock.load(deployment, {"a": 10})
    deployment.replicate()
    assert stock.claim(deployment, HERE) == {"a": 5}
    deployment.replicate()
    sell(deployment, THERE, 10)
    give_all(deployment, THERE, [HERE])
    deployment.replicate()
    accept_all(deployment, THERE, [HERE])
    registered = {HERE: functions_view(deployment, HERE)[HERE]}
    assert shop_stock.rights(registered, HERE) == 0
    assert shares(deployment)[HERE].rights == 0


def test_removed_region_keeps_its_claims(deployment: Deployment) -> None:
    """A region that was lost, returned and asked again: a second claim ends this request as well."""
    lost = "us-east-1"
    deployment.add(lost)
    stock.load(deployment, {"a": 9})
    ask_for_copies(deployment, lost)
    deployment.replicate()
    stock.claim(deployment, lost)
    deployment.replicate()
    ask_for_copies(deployment, lost, shop_stock.claims(functions_view(deployment, lost), lost))
    deployment.replicate()

    for _ in range(2):
        give_all(deployment, THERE, [HERE, lost])
        deployment.replicate()
    del deployment.regions[THERE]
    registered = {
        region: share for region, share in functions_view(deployment, HERE).items() if region != THERE
    }
    assert shop_stock.asks(registered, lost)
    stock.claim(deployment, lost)
    registered[HERE] = functions_view(deployment, HERE)[HERE]
    assert not shop_stock.asks(registered, lost)


@given(st.integers(0, 1000), st.integers(1, 4), st.lists(st.integers(1, 9), min_size=4, max_size=4))
def test_split_keeps_every_copy(copies: int, count: int, weights: list[int]) -> None:
    regions = ["a", "b", "c", "d"][:count]
    assert sum(split(copies, regions, dict(zip(regions, weights, strict=False))).values()) == copies


counts = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 9))
numbers = st.integers(0, 50)


@given(st.lists(st.tuples(numbers, numbers, numbers, counts, counts, counts, counts), min_size=3, max_size=3))
def test_rights_agree_with_functions(rows: list[Any]) -> None:
    ops_rows, functions = {}, {}
    for region, (received, restored, spent, gifts, claims, accepted, taken) in zip("abc", rows, strict=True):
        ops_rows[region] = Row(
            "x", region, received, restored, spent, 0, gifts, claims, accepted, taken=taken
        )
        functions[region] = Share(region, received, restored, spent, gifts, claims, accepted, taken=taken)
    for region in "abc":
        assert stock.rights(ops_rows, region) == shop_stock.rights(functions, region)


names = st.sampled_from(["x:a", "y:a", "a:b", "b:a"])


@given(st.lists(st.tuples(counts, st.dictionaries(names, st.integers(0, 9))), min_size=3, max_size=3))
def test_claims_agree_with_functions(rows: list[Any]) -> None:
    ops_rows, functions = {}, {}
    for region, (claims, removed) in zip("abc", rows, strict=True):
        ops_rows[region] = Row("x", region, claims=claims, removed_claims=removed)
        functions[region] = Share(region, claims=claims, removed_claims=removed)
    for region in "abc":
        assert stock.claims(ops_rows, region) == shop_stock.claims(functions, region)
