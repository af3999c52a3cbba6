"""A customer's data as operators see it: found by e-mail address or user id, exported and erased in every region.

Each region erases with its own stock function, as it does when a customer deletes the account in the storefront
(docs/adr/0042-erase-a-person-by-a-replicated-request.md).
"""

import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from ops import items
from ops.aws import explain
from ops.errors import InputError, OperatorError
from ops.items import Item
from ops.named_tables import NamedDeployment

R = TypeVar("R")

_LONGEST_ID = 128
_ID_CATEGORIES = "LMSNP"
"""Cognito's limits of a user id: letters, marks, symbols, numbers and punctuation, so no spaces.
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminDeleteUser.html"""

TABLES = ("cart", "orders")
"""Tables with items of customers, by short name."""


@dataclass(frozen=True)
class Customer:
    """A customer. `account` is empty if the user pool has none with this id."""

    id: str
    account: Mapping[str, str]


@dataclass(frozen=True)
class Export:
    """The account and items of a customer, ready for JSON, and the reasons of the regions that did not answer."""

    data: Mapping[str, Any]
    failed: Mapping[str, str]


@dataclass(frozen=True)
class Erased:
    """Numbers of one region: deleted cart items, orders that lost their address, and orders, which are kept."""

    cart: int
    addresses: int
    orders: int


@dataclass(frozen=True)
class Erasure:
    """Result of an erasure: numbers by region, and the reasons of the regions that did not answer."""

    regions: Mapping[str, Erased]
    failed: Mapping[str, str]
    account_deleted: bool


def find(deployment: NamedDeployment, *, email: str = "", sub: str = "") -> Customer:
    """Find a customer by exactly one of e-mail address and user id (`sub`).

    Raises:
        InputError: both or none are given, one contains a quote or a backslash, or Cognito has no such user ids.
        OperatorError: no account has this e-mail address.
    """
    if bool(email) == bool(sub):
        raise InputError("name the customer: EMAIL=<address> or SUB=<user id>")
    name, value = ("email", email) if email else ("sub", sub)
    if '"' in value or "\\" in value:
        raise InputError(f"{value!r} is no e-mail address and no user id")
    if sub and not _is_user_id(sub):
        raise InputError(f"{sub!r} is no user id: it has at most {_LONGEST_ID} characters, and no spaces")
    shared = deployment.shared
    found = deployment.client("cognito-idp", shared.user_pool_region).list_users(
        UserPoolId=shared.user_pool_id, Filter=f'{name} = "{value}"'
    )["Users"]
    if not found and email:
        raise OperatorError(
            f"no account has the address {email}. The data of a deleted account is found by its user id: SUB=<user id>"
        )
    if not found:
        return Customer(sub, {})
    attributes = {each["Name"]: each["Value"] for each in found[0]["Attributes"]}
    account = {
        **attributes,
        "status": found[0]["UserStatus"],
        "created": found[0]["UserCreateDate"].isoformat(),
    }
    return Customer(attributes["sub"], account)


def _is_user_id(text: str) -> bool:
    return len(text) <= _LONGEST_ID and all(unicodedata.category(each)[0] in _ID_CATEGORIES for each in text)


def export(deployment: NamedDeployment, customer: Customer) -> Export:
    """Return the account and all items of the customer, as each region has them."""

    def read(region: str) -> dict[str, list[Item]]:
        return {table: _items(deployment, region, table, customer.id) for table in TABLES}

    regions, failed = _in_every_region(deployment, read)
    data = {"customerId": customer.id, "account": dict(customer.account), "regions": regions}
    return Export(data, failed)


def erase(deployment: NamedDeployment, customer: Customer) -> Erasure:
    """Erase the customer's data in every region, and delete the account. Can be repeated.

    A region that does not answer erases when replication brings it the request of another region.

    Raises:
        OperatorError: no region took the request; the account was not deleted.
    """
    done, failed = _in_every_region(deployment, lambda region: _erase_in(deployment, region, customer.id))
    if not done:
        reasons = "; ".join(f"{region}: {reason}" for region, reason in failed.items())
        raise OperatorError(f"nothing was erased. {reasons}")
    return Erasure(done, failed, _delete_account(deployment, customer))


def _in_every_region(
    deployment: NamedDeployment, work: Callable[[str], R]
) -> tuple[dict[str, R], dict[str, str]]:
    """Results by region, and the reasons of the regions that did not answer."""
    done: dict[str, R] = {}
    failed: dict[str, str] = {}
    for region in deployment.regions:
        try:
            done[region] = work(region)
        except (BotoCoreError, ClientError) as error:
            failed[region] = explain(error)
        except OperatorError as error:
            failed[region] = str(error)
    return done, failed


def _erase_in(deployment: NamedDeployment, region: str, customer_id: str) -> Erased:
    answer = deployment.client("lambda", region).invoke(
        FunctionName=deployment.regions[region].functions["stock"],
        Payload=json.dumps({"erase": customer_id}).encode(),
    )
    content = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise OperatorError(f"the function failed: {content.get('errorMessage', content)}")
    return Erased(**content)


def _delete_account(deployment: NamedDeployment, customer: Customer) -> bool:
    shared = deployment.shared
    cognito = deployment.client("cognito-idp", shared.user_pool_region)
    try:
        cognito.admin_delete_user(UserPoolId=shared.user_pool_id, Username=customer.id)
    except cognito.exceptions.UserNotFoundException:
        # botocore sends a request again if its answer is lost: an account that was found was deleted.
        return bool(customer.account)
    return True


def _items(deployment: NamedDeployment, region: str, table: str, customer_id: str) -> list[Item]:
    client, name = deployment.client("dynamodb", region), deployment.regions[region].tables[table]
    return [_numbers(item) for item in items.of_customer(client, name, customer_id)]


def _numbers(value: Any) -> Any:
    match value:
        case dict():
            return {name: _numbers(each) for name, each in value.items()}
        case list():
            return [_numbers(each) for each in value]
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
    return value
