import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from ops.drill.accounts import Account, open_account
from tests.support import contract
from tests.support.api import Api, Json


@pytest.fixture(scope="module")
def attacker(cloud: Any) -> Account:
    """A shopper with a valid token."""
    return open_account(cloud.deployment, f"attacker-{uuid.uuid4()}@example.com")


@pytest.fixture
def untouched(mine: dict[str, Api], books: list[Json]) -> Iterator[Api]:
    """A shopper with a cart; the cart and the orders must be unchanged after the test."""
    api = next(iter(mine.values()))
    before = api.put_line(books[1]["id"], 2)
    yield api
    assert api.get("/cart") == before
    assert api.get("/orders")["items"] == []


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
