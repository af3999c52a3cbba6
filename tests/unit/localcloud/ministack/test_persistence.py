"""The emulator's state after a kill: everything that was confirmed before."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from client import sign_in
from localcloud.environment import SIGN_UP_CODE
from localcloud.ministack.state_store import FILE, StateStore
from tests.support.emulator import REGIONS, TABLE, Emulator
from tests.support.size import sized
from tests.support.waiting import wait_until

IRELAND, SINGAPORE, OREGON = REGIONS
ORDERS = sized(short=500, full=50_000)


def test_kill_keeps_items_and_streams(emulator: Emulator) -> None:
    emulator.put(IRELAND, "a", "first")
    emulator.put(IRELAND, "b", "second")
    emulator.put(IRELAND, "a", "third")
    emulator.delete(IRELAND, "b")
    before = {region: emulator.stream(region) for region in REGIONS}
    emulator.kill()
    for region in REGIONS:
        assert emulator.texts(region) == {"a": "third"}
        assert emulator.stream(region) == before[region]


def test_kill_keeps_other_services(emulator: Emulator) -> None:
    pools = emulator.client("cognito-idp", IRELAND)
    pool = pools.create_user_pool(PoolName="shoppers")["UserPool"]["Id"]
    client = pools.create_user_pool_client(UserPoolId=pool, ClientName="web")["UserPoolClient"]["ClientId"]
    pools.sign_up(ClientId=client, Username="ada", Password="Secret-123456")
    bucket = emulator.client("s3", "us-east-1")
    bucket.create_bucket(Bucket="states")
    bucket.put_object(Bucket="states", Key="a/b.json", Body=b"{}")
    emulator.make_function("greet", "def handle(event, context): return 'hello'")
    emulator.kill()
    assert pools.admin_get_user(UserPoolId=pool, Username="ada")["UserStatus"] == "UNCONFIRMED"
    assert bucket.get_object(Bucket="states", Key="a/b.json")["Body"].read() == b"{}"
    answer = emulator.client("lambda", IRELAND).invoke(FunctionName="greet")
    assert json.loads(answer["Payload"].read()) == "hello"
    emulator.client("lambda", IRELAND).delete_function(FunctionName="greet")


def test_kill_under_load_keeps_confirmed_writes(emulator: Emulator) -> None:
    confirmed: list[str] = []
    attempted: list[str] = []
    ended = False

    def write(name: str) -> None:
        number = 0
        while not ended:
            id_ = f"{name}-{number}"
            number += 1
            attempted.append(id_)
            try:
                emulator.put(IRELAND, id_, "x")
            except (ClientError, BotoCoreError):
                continue
            confirmed.append(id_)

    writers = [Thread(target=write, args=(name,)) for name in "ab"]
    for writer in writers:
        writer.start()
    try:
        for _ in range(2):
            enough = len(confirmed) + 100
            wait_until(lambda enough=enough: len(confirmed) > enough)  # type: ignore[misc]
            emulator.kill()
    finally:
        ended = True
        for writer in writers:
            writer.join()
    for region in REGIONS:
        stored = emulator.texts(region).keys()
        assert set(confirmed) <= stored <= set(attempted)
        assert {id_ for _, id_ in emulator.stream(region)} == stored


def test_kill_under_load_keeps_confirmed_changes(emulator: Emulator) -> None:
    """Requests that change a service at the same time are saved together, each before its response."""
    queues = emulator.client("sqs", IRELAND)
    confirmed: list[str] = []
    ended = False

    def create(name: str) -> None:
        number = 0
        while not ended:
            number += 1
            try:
                queues.create_queue(QueueName=f"{name}-{number}")
            except (ClientError, BotoCoreError):
                continue
            confirmed.append(f"{name}-{number}")

    creators = [Thread(target=create, args=(name,)) for name in "abcdefgh"]
    for creator in creators:
        creator.start()
    try:
        wait_until(lambda: len(confirmed) > 100)
        emulator.kill()
    finally:
        ended = True
        for creator in creators:
            creator.join()
    pages = queues.get_paginator("list_queues").paginate()
    stored = {address.rpartition("/")[2] for page in pages for address in page.get("QueueUrls", ())}
    assert set(confirmed) <= stored


def test_restart_after_deleted_table_is_empty(emulator: Emulator) -> None:
    emulator.put(IRELAND, "a", "first")
    emulator.drop_table(*REGIONS)
    emulator.make_global_table(*REGIONS)
    emulator.put(IRELAND, "b", "second")
    emulator.kill()
    assert emulator.texts(IRELAND) == {"b": "second"}
    assert emulator.stream(IRELAND) == [("INSERT", "b")]


def test_new_replica_keeps_copied_items(emulator: Emulator) -> None:
    emulator.put(IRELAND, "a", "first")
    tables = emulator.client("dynamodb", IRELAND)
    for action in ("Delete", "Create"):
        tables.update_table(TableName=TABLE, ReplicaUpdates=[{action: {"RegionName": REGIONS[1]}}])
    emulator.kill()
    assert emulator.texts(REGIONS[1]) == {"a": "first"}


def test_kill_keeps_waiting_writes(emulator: Emulator) -> None:
    emulator.turn("pause", REGIONS[1])
    emulator.put(IRELAND, "a", "first")
    emulator.put(IRELAND, "a", "second")
    emulator.put(IRELAND, "b", "third")
    emulator.delete(IRELAND, "b")
    assert emulator.texts(REGIONS[1]) == {}
    emulator.kill()
    emulator.catch_up()
    assert emulator.texts(REGIONS[1]) == {"a": "second"}


@pytest.mark.parametrize("writers", [(IRELAND, SINGAPORE), (SINGAPORE, IRELAND), (SINGAPORE, OREGON)])
def test_kill_keeps_last_writer(emulator: Emulator, writers: tuple[str, str]) -> None:
    emulator.turn("pause", SINGAPORE)
    older, newer = writers
    emulator.put(older, "a", "older")
    emulator.put(newer, "a", "newer")
    emulator.kill()
    emulator.catch_up()
    assert all(emulator.texts(region) == {"a": "newer"} for region in REGIONS)


def test_kill_keeps_writer_who_arrived(emulator: Emulator) -> None:
    """The older write waits, and the newer one arrived in every region before the kill."""
    emulator.set_delay(5, 5)
    emulator.put(SINGAPORE, "a", "older")
    emulator.set_delay(0, 0)
    emulator.put(IRELAND, "a", "newer")
    assert all(emulator.texts(region) == {"a": "newer"} for region in REGIONS)
    emulator.kill()
    emulator.catch_up()
    assert all(emulator.texts(region) == {"a": "newer"} for region in REGIONS)


def test_last_writers_are_forgotten(emulator: Emulator) -> None:
    """The database does not grow by every item that was ever written while replication was paused."""

    def kept() -> int:
        database = sqlite3.connect(emulator.layout.cloud / "aws/state" / FILE)
        with closing(database):
            return int(database.execute("SELECT count(*) FROM last_write").fetchone()[0])

    emulator.turn("pause", SINGAPORE)
    emulator.put(IRELAND, "a", "waits")
    assert kept()
    emulator.catch_up()
    emulator.put(IRELAND, "b", "arrives")
    assert kept() == 0


def test_wrong_sign_up_code_is_refused(emulator: Emulator) -> None:
    pools = emulator.client("cognito-idp", IRELAND)
    pool = pools.create_user_pool(PoolName="codes")["UserPool"]["Id"]
    client = pools.create_user_pool_client(UserPoolId=pool, ClientName="web")["UserPoolClient"]["ClientId"]
    pools.sign_up(ClientId=client, Username="ada", Password="Secret-123456")
    confirm = {"ClientId": client, "Username": "ada"}
    with pytest.raises(ClientError, match="CodeMismatch"):
        pools.confirm_sign_up(**confirm, ConfirmationCode="654321")
    pools.confirm_sign_up(**confirm, ConfirmationCode=SIGN_UP_CODE)
    pools.delete_user_pool(UserPoolId=pool)


def test_password_is_reset_with_sign_up_code(emulator: Emulator) -> None:
    pools = emulator.client("cognito-idp", IRELAND)
    pool = pools.create_user_pool(PoolName="codes")["UserPool"]["Id"]
    client = pools.create_user_pool_client(UserPoolId=pool, ClientName="web")["UserPoolClient"]["ClientId"]
    who = {"ClientId": client, "Username": "ada"}
    pools.sign_up(**who, Password="Secret-123456")
    pools.confirm_sign_up(**who, ConfirmationCode=SIGN_UP_CODE)
    pools.forgot_password(**who)
    with pytest.raises(ClientError, match="CodeMismatch"):
        pools.confirm_forgot_password(**who, ConfirmationCode="654321", Password="Louder-Meridian-8!")
    pools.confirm_forgot_password(**who, ConfirmationCode=SIGN_UP_CODE, Password="Louder-Meridian-8!")
    pools.delete_user_pool(UserPoolId=pool)


def pool_with_ada(pools: Any, name: str) -> tuple[str, str]:
    """Create a user pool with the user ada. Returns the ids of the pool and of its client."""
    pool = pools.create_user_pool(PoolName=name)["UserPool"]["Id"]
    client = pools.create_user_pool_client(UserPoolId=pool, ClientName="web")["UserPoolClient"]["ClientId"]
    pools.admin_create_user(UserPoolId=pool, Username="ada", MessageAction="SUPPRESS")
    pools.admin_set_user_password(UserPoolId=pool, Username="ada", Password="Secret-123456", Permanent=True)
    return pool, client


def test_sign_in_checks_the_password(emulator: Emulator) -> None:
    pools = emulator.client("cognito-idp", IRELAND)
    pool, client = pool_with_ada(pools, "passwords")
    ada = {"pool_id": pool, "client_id": client, "email": "ada"}
    assert sign_in(pools, **ada, password="Secret-123456").token()
    with pytest.raises(ClientError, match="NotAuthorized"):
        sign_in(pools, **ada, password="wrong")
    pools.delete_user_pool(UserPoolId=pool)


def test_sign_ins_do_not_grow_the_state(emulator: Emulator) -> None:
    pools = emulator.client("cognito-idp", IRELAND)
    pool, client = pool_with_ada(pools, "sign-ins")

    def size() -> int:
        database = sqlite3.connect(emulator.layout.cloud / "aws/state" / FILE)
        with closing(database):
            return int(
                database.execute("SELECT length(state) FROM service WHERE name = 'cognito'").fetchone()[0]
            )

    before = size()
    for _ in range(3):
        pools.initiate_auth(
            ClientId=client,
            AuthFlow="USER_SRP_AUTH",
            AuthParameters={"USERNAME": "ada", "SRP_A": "a" * 768},
        )
    assert size() == before
    pools.delete_user_pool(UserPoolId=pool)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[StateStore]:
    made = StateStore(tmp_path)
    yield made
    made.close()


def full(store: StateStore) -> Any:
    """Limit the database to its present size."""
    pages = store._database.execute("PRAGMA page_count").fetchone()[0]
    return store._database.execute(f"PRAGMA max_page_count = {pages}")


def test_failed_commit_keeps_changes(store: StateStore) -> None:
    key = ("table", "a", "")
    full(store)
    store.changes.items[key] = {"text": "x" * 100_000}
    with pytest.raises(Exception, match="full"):
        store.commit({"sns": "{}"})
    assert store.service("sns") is None
    store._database.execute("PRAGMA max_page_count = 10000")
    store.commit({})
    assert [item for *_, item in store.items("table")] == [{"text": "x" * 100_000}]


def test_commit_trims_records(store: StateStore) -> None:
    store.changes.records = {("table", position): {"n": position} for position in range(5)}
    store.commit({})
    store.changes.trimmed["table"] = 3
    store.commit({})
    assert [position for position, _ in store.records("table")] == [3, 4]


def test_log_stream_keeps_newest_events(emulator: Emulator) -> None:
    logs = emulator.client("logs", IRELAND)
    logs.create_log_group(logGroupName="orders")
    logs.create_log_stream(logGroupName="orders", logStreamName="one")
    now = int(time.time() * 1000)
    events = [{"timestamp": now + number, "message": str(number)} for number in range(1_500)]
    logs.put_log_events(logGroupName="orders", logStreamName="one", logEvents=events)

    def kept() -> list[str]:
        answer = logs.filter_log_events(logGroupName="orders", limit=10_000)
        return [event["message"] for event in answer["events"]]

    wait_until(lambda: len(kept()) == 1_000, failure=lambda: str(len(kept())))
    assert kept()[-1] == "1499"


@pytest.mark.timeout(3600)
def test_many_orders_survive_stop_and_kill(emulator: Emulator) -> None:
    """Neither a stop, as for an upgrade, nor a kill may depend on how long the state takes to save."""
    table = emulator.client("dynamodb", IRELAND)
    for first in range(0, ORDERS, 25):
        puts = [
            {"PutRequest": {"Item": {"id": {"S": f"order-{number}"}, "text": {"S": "x" * 400}}}}
            for number in range(first, first + 25)
        ]
        table.batch_write_item(RequestItems={TABLE: puts})
    emulator.restart()
    assert count(emulator) == ORDERS
    emulator.kill()
    assert count(emulator) == ORDERS


def count(emulator: Emulator) -> int:
    pages = (
        emulator.client("dynamodb", REGIONS[1])
        .get_paginator("scan")
        .paginate(TableName=TABLE, Select="COUNT")
    )
    return sum(page["Count"] for page in pages)
