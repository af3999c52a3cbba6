"""Replication that is paused and resumed: nothing is lost, the last writer wins, every region comes to the same."""

import random
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from tests.support.emulator import REGIONS, TABLE, Emulator

IRELAND, SINGAPORE, OREGON = REGIONS


def test_write_replicates_at_once(emulator: Emulator) -> None:
    emulator.put(IRELAND, "a", "here")
    emulator.put(SINGAPORE, "b", "there")
    assert all(emulator.texts(region) == {"a": "here", "b": "there"} for region in REGIONS)


def test_paused_region_is_isolated(emulator: Emulator) -> None:
    assert emulator.turn("pause", SINGAPORE).json()["paused"] == [SINGAPORE]
    emulator.put(IRELAND, "a", "here")
    emulator.put(SINGAPORE, "b", "there")
    assert emulator.texts(IRELAND) == emulator.texts(OREGON) == {"a": "here"}
    assert emulator.texts(SINGAPORE) == {"b": "there"}
    emulator.catch_up()
    assert all(emulator.texts(region) == {"a": "here", "b": "there"} for region in REGIONS)


def test_waiting_writes_have_age(emulator: Emulator) -> None:
    emulator.turn("pause", SINGAPORE)
    for number in range(3):
        emulator.put(IRELAND, str(number), "here")
    waiting = {(link["from"], link["to"]): link for link in emulator.replication()["waiting"]}
    assert waiting.keys() == {(IRELAND, SINGAPORE)}
    assert waiting[IRELAND, SINGAPORE]["writes"] == 3
    assert 0 < waiting[IRELAND, SINGAPORE]["oldest_seconds"] < 60


@pytest.mark.parametrize("order", [(IRELAND, SINGAPORE), (SINGAPORE, IRELAND)])
def test_last_writer_wins_everywhere(emulator: Emulator, order: tuple[str, str]) -> None:
    emulator.put(IRELAND, "a", "before")
    emulator.turn("pause", SINGAPORE)
    for region in order:
        emulator.put(region, "a", f"by {region}")
    emulator.catch_up()
    assert all(emulator.texts(region) == {"a": f"by {order[-1]}"} for region in REGIONS)


def test_later_delete_wins(emulator: Emulator) -> None:
    emulator.put(IRELAND, "a", "before")
    emulator.turn("pause", IRELAND)
    emulator.put(SINGAPORE, "a", "changed")
    emulator.delete(IRELAND, "a")
    emulator.catch_up()
    assert all(emulator.texts(region) == {} for region in REGIONS)


def test_write_after_delete_stays(emulator: Emulator) -> None:
    emulator.put(IRELAND, "a", "before")
    emulator.turn("pause", IRELAND)
    emulator.delete(IRELAND, "a")
    emulator.put(SINGAPORE, "a", "changed")
    emulator.catch_up()
    assert all(emulator.texts(region) == {"a": "changed"} for region in REGIONS)


def test_transaction_is_atomic_in_own_region(emulator: Emulator) -> None:
    emulator.turn("pause", SINGAPORE)
    emulator.client("dynamodb", IRELAND).transact_write_items(
        TransactItems=[
            {"Put": {"TableName": TABLE, "Item": {"id": {"S": id}, "text": {"S": "together"}}}} for id in "ab"
        ]
    )
    emulator.put(SINGAPORE, "a", "alone")
    emulator.catch_up()
    assert all(emulator.texts(region) == {"a": "alone", "b": "together"} for region in REGIONS)


def test_stream_has_only_winning_writes(emulator: Emulator) -> None:
    emulator.turn("pause", SINGAPORE)
    emulator.put(IRELAND, "a", "first")
    emulator.put(IRELAND, "b", "mine")
    emulator.put(SINGAPORE, "a", "last")
    emulator.delete(IRELAND, "b")
    emulator.catch_up()
    assert emulator.stream(SINGAPORE) == [("INSERT", "a"), ("INSERT", "b"), ("REMOVE", "b")]
    assert emulator.stream(IRELAND) == [("INSERT", "a"), ("INSERT", "b"), ("REMOVE", "b"), ("MODIFY", "a")]


def test_new_writes_keep_order_in_catch_up(emulator: Emulator) -> None:
    emulator.turn("pause", SINGAPORE)
    for number in range(100):
        emulator.put(IRELAND, f"{number}", "waited")
    emulator.turn("resume", SINGAPORE)
    emulator.put(IRELAND, "99", "came later")
    emulator.catch_up()
    assert emulator.texts(SINGAPORE) == emulator.texts(IRELAND)
    assert emulator.texts(SINGAPORE)["99"] == "came later"


@pytest.mark.parametrize("seed", range(5))
def test_random_writes_converge(emulator: Emulator, seed: int) -> None:
    chance = random.Random(seed)
    left: dict[str, str] = {}
    for number in range(120):
        region, id = chance.choice(REGIONS), chance.choice("abcde")
        match chance.randrange(10):
            case 0:
                emulator.turn("pause", region)
            case 1:
                emulator.turn("resume", region)
            case 2 | 3 if id in emulator.texts(region):
                emulator.delete(region, id)
                left.pop(id, None)
            case _:
                emulator.put(region, id, str(number))
                left[id] = str(number)
    emulator.catch_up()
    assert all(emulator.texts(region) == left for region in REGIONS)


@pytest.fixture
def delayed(emulator: Emulator) -> Iterator[Emulator]:
    """An emulator with a widely spread replication delay."""
    emulator.set_delay(0.3, 2.0)
    yield emulator
    emulator.set_delay(0, 0)
    emulator.catch_up()


def test_delay_postpones_replication(delayed: Emulator) -> None:
    delayed.set_delay(1.5, 1.5)
    delayed.put(IRELAND, "a", "here")
    assert delayed.texts(IRELAND) == {"a": "here"}
    assert delayed.texts(SINGAPORE) == {}
    delayed.catch_up()
    assert delayed.texts(SINGAPORE) == {"a": "here"}
    (last, *_) = [each for each in delayed.replication()["latency"] if each["to"] == SINGAPORE]
    assert last["max_seconds"] > 0


def test_delay_keeps_order_of_an_item(delayed: Emulator) -> None:
    for number in range(30):
        delayed.put(IRELAND, "a", str(number))
    delayed.catch_up()
    assert all(delayed.texts(region) == {"a": "29"} for region in REGIONS)
    assert [event for event, _ in delayed.stream(SINGAPORE)] == ["INSERT", *["MODIFY"] * 29]


@pytest.mark.parametrize("seed", range(3))
def test_delayed_writes_converge(delayed: Emulator, seed: int) -> None:
    chance = random.Random(seed)
    last = {}
    for number in range(60):
        id = chance.choice("abc")
        delayed.put(chance.choice(REGIONS), id, str(number))
        last[id] = str(number)
    delayed.catch_up()
    assert all(delayed.texts(region) == last for region in REGIONS)


def test_lost_region_keeps_waiting_writes(delayed: Emulator) -> None:
    delayed.set_delay(1.5, 1.5)
    delayed.put(IRELAND, "a", "here")
    delayed.turn("pause", IRELAND)
    waiting = {link["to"]: link["writes"] for link in delayed.replication()["waiting"]}
    assert waiting == {SINGAPORE: 1, OREGON: 1}
    delayed.catch_up()
    assert delayed.texts(OREGON) == {"a": "here"}


@pytest.mark.parametrize("query", ["median=1", "median=2&p95=1", "median=-1&p95=1", "median=x&p95=1"])
def test_delay_refuses_invalid_values(emulator: Emulator, query: str) -> None:
    assert emulator.post_replication(f"delay?{query}").status_code == 400


def test_shutdown_settles_waiting_writes(emulator: Emulator) -> None:
    emulator.turn("pause", SINGAPORE)
    emulator.put(IRELAND, "a", "here")
    emulator.restart()
    assert emulator.texts(SINGAPORE) == {"a": "here"}


def test_pause_refuses_unknown_region_and_pages(emulator: Emulator) -> None:
    refused = emulator.turn("pause", "eu-north-1")
    assert refused.status_code == 404
    assert IRELAND in refused.json()["message"]
    assert emulator.turn("stop", IRELAND).status_code == 404
    assert emulator.from_a_page("pause", IRELAND).status_code == 403
    assert emulator.replication()["paused"] == []


def test_lost_region_answers_503_alone(emulator: Emulator) -> None:
    emulator.put(IRELAND, "a", "here")
    assert emulator.lose(SINGAPORE).json() == {"unavailable": [SINGAPORE]}
    try:
        with pytest.raises(ClientError, match="Unavailable"):
            emulator.texts(SINGAPORE)
        assert emulator.texts(IRELAND) == {"a": "here"}
    finally:
        assert emulator.restore(SINGAPORE).json() == {"unavailable": []}
    assert emulator.texts(SINGAPORE) == {"a": "here"}


def test_lost_region_answers_no_sign_in(emulator: Emulator) -> None:
    cognito = emulator.client("cognito-idp", SINGAPORE)
    pool = cognito.create_user_pool(PoolName="shoppers")["UserPool"]["Id"]
    made = cognito.create_user_pool_client(UserPoolId=pool, ClientName="web")["UserPoolClient"]

    def sign_in() -> None:
        auth = {"USERNAME": "ada@example.com", "PASSWORD": "wrong"}
        cognito.initiate_auth(ClientId=made["ClientId"], AuthFlow="USER_PASSWORD_AUTH", AuthParameters=auth)

    with pytest.raises(cognito.exceptions.UserNotFoundException):
        sign_in()
    emulator.lose(SINGAPORE)
    try:
        with pytest.raises(ClientError, match="Unavailable"):
            sign_in()
    finally:
        emulator.restore(SINGAPORE)
        cognito.delete_user_pool(UserPoolId=pool)
