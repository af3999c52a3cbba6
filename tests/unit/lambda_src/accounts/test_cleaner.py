"""Accounts that the cleaner deletes from a user pool in process."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import cleaner
from accounts.cleaner import REPEATED_FOR, UNCONFIRMED_FOR, Cleaner
from runtime import aws
from runtime.settings import settings
from shop import erasures
from tests.support.lambda_tables import ORDERS, Tables
from tests.support.user_pool import UserPool

NOW = datetime(2026, 1, 31, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def pool() -> UserPool:
    return UserPool(page=2)


@pytest.fixture
def job(tables: Tables, pool: UserPool) -> Cleaner:
    return Cleaner(pool, aws.client("dynamodb"), settings())


def request(tables: Tables, customer_id: str, moment: datetime = NOW) -> None:
    tables.client.put_item(TableName=ORDERS, Item=erasures.request_item(customer_id, moment))


def test_old_unconfirmed_accounts_are_deleted(job: Cleaner, pool: UserPool) -> None:
    old, young = NOW - UNCONFIRMED_FOR - MINUTE, NOW - UNCONFIRMED_FOR + MINUTE
    for number in range(5):
        pool.add(f"never-{number}@example.com", status="UNCONFIRMED", created=old)
    kept = {
        pool.add("waiting@example.com", status="UNCONFIRMED", created=young),
        pool.add("shopper@example.com", created=old),
    }
    assert job.delete_unconfirmed(NOW) == 5
    assert pool.users.keys() == kept
    assert job.delete_unconfirmed(NOW) == 0


def test_answer_with_confirmed_accounts_deletes_none(job: Cleaner, pool: UserPool) -> None:
    """As the emulator answers, which ignores this filter."""
    pool.ignores_filter = True
    pool.add("shopper@example.com", created=NOW - 2 * UNCONFIRMED_FOR)
    assert job.delete_unconfirmed(NOW) == 0
    assert pool.users


def test_one_run_deletes_a_limited_number(
    job: Cleaner, pool: UserPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaner, "MOST", 2)
    for number in range(3):
        pool.add(f"never-{number}@example.com", status="UNCONFIRMED", created=NOW - 2 * UNCONFIRMED_FOR)
    assert [job.delete_unconfirmed(NOW) for _ in range(3)] == [2, 1, 0]


def test_account_of_erased_person_is_deleted(job: Cleaner, pool: UserPool, tables: Tables) -> None:
    gone, kept = pool.add("gone@example.com"), pool.add("kept@example.com")
    request(tables, gone)
    for _ in range(2):
        assert job.delete_erased(NOW) == 1
    assert pool.users.keys() == {kept}


def test_old_erasure_is_kept_but_not_repeated(job: Cleaner, tables: Tables) -> None:
    request(tables, "ada")
    assert job.delete_erased(NOW + REPEATED_FOR - MINUTE) == 1
    assert job.delete_erased(NOW + REPEATED_FOR + MINUTE) == 1
    assert job.delete_erased(NOW + REPEATED_FOR + MINUTE) == 0
    (item,) = tables.scan(ORDERS)
    assert (item["customerId"], item["orderId"]) == ("ada", "#erased")


def test_erasure_that_is_requested_again_is_repeated(
    job: Cleaner, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    request(tables, "ada")
    tables.refuse_once(monkeypatch, "update_item")
    for _ in range(2):
        assert job.delete_erased(NOW + REPEATED_FOR + MINUTE) == 1
    assert job.delete_erased(NOW + REPEATED_FOR + MINUTE) == 0
