"""Accounts that the cleaner deletes from a user pool in process."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import cleaner
from accounts.cleaner import REPEATED_FOR, UNCONFIRMED_FOR, Cleaner
from runtime import aws, clock
from runtime.errors import Unavailable
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
    monkeypatch.setattr(cleaner, "MAX_DELETIONS", 2)
    for number in range(3):
        pool.add(f"never-{number}@example.com", status="UNCONFIRMED", created=NOW - 2 * UNCONFIRMED_FOR)
    assert [job.delete_unconfirmed(NOW) for _ in range(3)] == [2, 1, 0]


def test_unconfirmed_accounts_beyond_limit_are_not_read(
    job: Cleaner, pool: UserPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleaner, "MAX_DELETIONS", 3)
    for number in range(10):
        pool.add(f"never-{number}@example.com", status="UNCONFIRMED", created=NOW - 2 * UNCONFIRMED_FOR)
    assert job.delete_unconfirmed(NOW) == 3
    assert pool.calls[:2] == ["list_users"] * 2
    assert pool.calls.count("list_users") == 2


def test_account_of_erased_person_is_deleted(job: Cleaner, pool: UserPool, tables: Tables) -> None:
    gone, kept = pool.add("gone@example.com"), pool.add("kept@example.com")
    request(tables, gone)
    assert [job.delete_erased(NOW) for _ in range(2)] == [1, 0]
    assert pool.users.keys() == {kept}


def test_deleted_account_is_not_deleted_again(job: Cleaner, pool: UserPool, tables: Tables) -> None:
    gone = pool.add("gone@example.com")
    request(tables, gone)
    job.delete_erased(NOW)
    job.delete_erased(NOW + REPEATED_FOR - MINUTE)
    assert pool.calls == [gone]


def test_new_account_is_deleted_after_many_old_ones(
    job: Cleaner, pool: UserPool, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old ones fill the first run."""
    monkeypatch.setattr(cleaner, "MAX_DELETIONS", 3)
    for number in range(3):
        request(tables, f"old-{number}", NOW - MINUTE)
    request(tables, pool.add("new@example.com"))
    assert [job.delete_erased(NOW) for _ in range(3)] == [3, 1, 0]
    assert not pool.users


def test_request_stays_for_sweeps_of_other_regions(job: Cleaner, tables: Tables) -> None:
    """They repeat the erasure of carts and orders, also once the account is gone."""
    request(tables, "ada")
    job.delete_erased(NOW)
    (pending,) = erasures.pending(tables.client, settings())
    assert pending["customerId"] == "ada"


def test_user_id_that_cognito_refuses_does_not_delay_others(
    job: Cleaner, pool: UserPool, tables: Tables
) -> None:
    request(tables, "no user", NOW - MINUTE)
    request(tables, pool.add("gone@example.com"))
    with pytest.raises(ExceptionGroup) as caught:
        job.delete_erased(NOW)
    assert len(caught.value.exceptions) == 1
    assert not pool.users


def test_user_id_that_cognito_refuses_is_reported_until_repetition_ends(job: Cleaner, tables: Tables) -> None:
    request(tables, "no user")
    for age in (REPEATED_FOR - MINUTE, REPEATED_FOR + MINUTE):
        assert list(erasures.pending(tables.client, settings()))
        with pytest.raises(ExceptionGroup):
            job.delete_erased(NOW + age)
    assert not list(erasures.pending(tables.client, settings()))
    assert job.delete_erased(NOW + REPEATED_FOR + MINUTE) == 0


def test_old_erasure_is_kept_but_not_repeated(job: Cleaner, tables: Tables) -> None:
    request(tables, "ada")
    moments = (REPEATED_FOR - MINUTE, REPEATED_FOR + MINUTE, REPEATED_FOR + MINUTE)
    assert [job.delete_erased(NOW + age) for age in moments] == [1, 1, 0]
    assert not list(erasures.pending(tables.client, settings()))
    (item,) = tables.scan(ORDERS)
    assert (item["customerId"], item["orderId"]) == ("ada", "#erased")


def test_erasure_that_is_requested_again_is_repeated(
    job: Cleaner, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    request(tables, "ada")
    tables.refuse_once(monkeypatch, "update_item")
    moment = NOW + REPEATED_FOR + MINUTE
    assert [job.delete_erased(moment) for _ in range(3)] == [1, 1, 0]


def test_account_is_deleted_again_after_new_request(
    job: Cleaner, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    request(tables, "ada")
    tables.refuse_once(monkeypatch, "update_item")
    assert [job.delete_erased(NOW) for _ in range(3)] == [1, 1, 0]
    request(tables, "ada", NOW + MINUTE)
    assert job.delete_erased(NOW + MINUTE) == 1


@pytest.mark.parametrize("failing", ["delete_erased", "delete_unconfirmed"])
def test_failure_of_one_part_is_raised_after_the_other(
    job: Cleaner, pool: UserPool, tables: Tables, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    def fail(_moment: datetime) -> int:
        raise Unavailable("Cognito does not answer.")

    request(tables, pool.add("gone@example.com"))
    pool.add("never@example.com", status="UNCONFIRMED", created=clock.now() - 2 * UNCONFIRMED_FOR)
    monkeypatch.setattr(cleaner, "_cleaner", lambda: job)
    monkeypatch.setattr(job, failing, fail)
    with pytest.raises(Unavailable):
        cleaner.handle({}, None)
    left = {user["UserStatus"] for user in pool.users.values()}
    assert left == {"CONFIRMED" if failing == "delete_erased" else "UNCONFIRMED"}


def test_run_reports_numbers_of_both_parts(
    job: Cleaner, pool: UserPool, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    request(tables, pool.add("gone@example.com"))
    monkeypatch.setattr(cleaner, "_cleaner", lambda: job)
    assert cleaner.handle({}, None) == {"erased": 1, "unconfirmed": 0}
