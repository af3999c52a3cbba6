"""Accounts of a drill, with a user pool in process."""

from types import SimpleNamespace
from typing import Any, cast

from ops.deployment import Deployment
from ops.drill.accounts import Account, close_account
from tests.support.user_pool import POOL, UserPool


def test_close_account_with_lost_answer_deletes() -> None:
    pool = UserPool()
    pool.add("ada@example.com")
    pool.loses_answer = True
    (name,) = pool.users
    deployment = SimpleNamespace(
        shared=SimpleNamespace(user_pool_id=POOL, user_pool_region="eu-west-1"), client=lambda *_: pool
    )

    close_account(cast(Deployment, deployment), Account(name, name, "", cast(Any, None)))

    assert not pool.users
