import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ops.drill.accounts import Account, open_account
from tests.support import contract
from tests.support.api import Api, Json, cart_without_stock


@pytest.fixture(scope="module")
def attacker(cloud: Any) -> Account:
    """A shopper with a valid token."""
    return open_account(cloud.deployment, f"attacker-{uuid.uuid4()}@example.com")


@pytest.fixture(scope="module")
def bystander(home: Api, new_account: Callable[[], Account]) -> Iterator[Api]:
    """Another shopper, the same one for all tests of a module, since making an account takes longer than a test."""
    api = home.signed_in(new_account().shopper)
    yield api
    api.close()


@pytest.fixture
def untouched(bystander: Api, books: list[Json]) -> Iterator[Api]:
    """A shopper with a cart; the cart and the orders must be unchanged after the test."""
    cart, orders = bystander.put_line(books[1]["id"], 2), bystander.get("/orders")
    yield bystander
    assert cart_without_stock(bystander.get("/cart")) == cart_without_stock(cart)
    assert bystander.get("/orders") == orders


@pytest.fixture(scope="session")
def signed_in_only() -> dict[str, tuple[str, str]]:
    """Verb and path of operations that need a signed-in shopper, by operation id."""
    found = {
        operation_id: (verb.upper(), path)
        for operation_id, (verb, path, operation) in contract.operations().items()
        if "security" in operation
    }
    assert found
    return found
