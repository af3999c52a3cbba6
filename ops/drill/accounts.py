"""Accounts for drills and tests."""

import base64
import json
import secrets
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from client import Shopper, sign_in
from ops.deployment import Deployment, Shared
from ops.drill.recording import SignIn


class WithUserPool(Protocol):
    """The part of a deployment that accounts need."""

    @property
    def shared(self) -> Shared:
        """Has the ids of the user pool."""

    def client(self, service: str, region: str) -> Any:
        """A boto3 client."""


@dataclass(frozen=True)
class Account:
    """A signed-in shopper; `id` is the `sub` claim, the tables' customer id."""

    id: str
    email: str
    password: str
    shopper: Shopper


def open_account(deployment: WithUserPool, email: str) -> Account:
    """Create an account with a confirmed address and a random password, and sign in.

    Raises boto3's errors; an address with an account is rejected.
    """
    shared = deployment.shared
    cognito = deployment.client("cognito-idp", shared.user_pool_region)
    password = f"{secrets.token_urlsafe(18)}-Aa1"
    created = cognito.admin_create_user(
        UserPoolId=shared.user_pool_id,
        Username=email,
        UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
        MessageAction="SUPPRESS",
    )
    cognito.admin_set_user_password(
        UserPoolId=shared.user_pool_id, Username=email, Password=password, Permanent=True
    )
    return Account(
        id=_subject(created["User"]["Attributes"]),
        email=email,
        password=password,
        shopper=sign_in(
            cognito,
            pool_id=shared.user_pool_id,
            client_id=shared.user_pool_client_id,
            email=email,
            password=password,
        ),
    )


def close_account(deployment: WithUserPool, account: Account) -> None:
    """Delete the account; its orders remain."""
    cognito = deployment.client("cognito-idp", deployment.shared.user_pool_region)
    # botocore sends a request again if its answer is lost. The account is then deleted already.
    with suppress(cognito.exceptions.UserNotFoundException):
        cognito.admin_delete_user(UserPoolId=deployment.shared.user_pool_id, Username=account.email)


def close_reachable(deployment: WithUserPool, accounts: Iterable[Account]) -> None:
    """Delete accounts. Each stays whose user pool is unavailable."""
    for account in accounts:
        with suppress(BotoCoreError, ClientError):
            close_account(deployment, account)


def attempt_sign_in(deployment: Deployment, accounts: Sequence[Account]) -> SignIn:
    """Try to sign in with the first account, and read the validity of all accounts' current tokens."""
    tokens = [_claims(account.shopper.token()) for account in accounts]
    left = [claims["exp"] - time.time() for claims in tokens]
    found = SignIn("", tokens[0]["exp"] - tokens[0]["iat"], (min(left), max(left)))
    account, shared = accounts[0], deployment.shared
    try:
        sign_in(
            deployment.client("cognito-idp", shared.user_pool_region),
            pool_id=shared.user_pool_id,
            client_id=shared.user_pool_client_id,
            email=account.email,
            password=account.password,
        )
    except (BotoCoreError, ClientError) as error:
        return replace(found, error=str(error))
    return found


def _claims(token: str) -> dict[str, Any]:
    _, payload, _ = token.split(".")
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _subject(attributes: list[dict[str, Any]]) -> str:
    return next(str(attribute["Value"]) for attribute in attributes if attribute["Name"] == "sub")
