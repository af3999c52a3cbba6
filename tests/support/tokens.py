"""Tokens that this application must reject: forged, or issued for another audience."""

import base64
import json
from pathlib import Path
from typing import Any, Self

import jwt  # pycognito's own, with which the shop's client signs in

from client import sign_in
from localcloud.layout import Layout
from ops.drill.accounts import Account
from tests.support.api import Json


class ForeignTokens:
    """Id tokens of another pool, and of another client of the same pool.

    The context deletes that pool and client.
    """

    def __init__(self, cloud: Any, account: Account) -> None:
        self._shared = cloud.deployment.shared
        self._cognito = cloud.deployment.client("cognito-idp", self._shared.user_pool_region)
        self._account = account

    def __enter__(self) -> tuple[str, str]:
        """Tokens of the other pool and of the other client."""
        self._pool = self._cognito.create_user_pool(PoolName="another-shop")["UserPool"]["Id"]
        self._client = self._new_client(self._shared.user_pool_id)
        mail = self._account.email
        self._cognito.admin_create_user(UserPoolId=self._pool, Username=mail, MessageAction="SUPPRESS")
        self._cognito.admin_set_user_password(
            UserPoolId=self._pool, Username=mail, Password=self._account.password, Permanent=True
        )
        return (
            self._token(self._pool, self._new_client(self._pool)),
            self._token(self._shared.user_pool_id, self._client),
        )

    def __exit__(self, *_error: object) -> None:
        self._cognito.delete_user_pool_client(UserPoolId=self._shared.user_pool_id, ClientId=self._client)
        self._cognito.delete_user_pool(UserPoolId=self._pool)

    def _new_client(self, pool: str) -> str:
        created = self._cognito.create_user_pool_client(
            UserPoolId=pool,
            ClientName="another",
            ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        )
        return str(created["UserPoolClient"]["ClientId"])

    def _token(self, pool: str, client: str) -> str:
        return sign_in(
            self._cognito,
            pool_id=pool,
            client_id=client,
            email=self._account.email,
            password=self._account.password,
        ).token()


class PoolKey:
    """Signing key of the user pool, which the emulator keeps in a file.

    Tokens signed with it are rejected only because of their claims, for example after they expired.
    """

    def __init__(self, path: Path) -> None:
        self._pem = path.read_bytes()

    @classmethod
    def of(cls, layout: Layout, user_pool_id: str) -> Self:
        """Key of a pool."""
        return cls(layout.cloud / f"aws/state/cognito-pool-keys/{user_pool_id}-id.pem")

    def signed(self, token: str, **claims: Any) -> str:
        """The token with changed claims and a new valid signature."""
        header, payload, _ = token.split(".")
        return jwt.encode(
            decoded(payload) | claims, self._pem, algorithm="RS256", headers={"kid": decoded(header)["kid"]}
        )


def with_claims(token: str, **claims: Any) -> str:
    """The token with changed claims and its old signature."""
    header, payload, signature = token.split(".")
    return ".".join([header, encoded(decoded(payload) | claims), signature])


def unsigned(token: str) -> str:
    """The token with algorithm `none`."""
    header, payload, _ = token.split(".")
    return f"{encoded(decoded(header) | {'alg': 'none'})}.{payload}."


def decoded(part: str) -> Json:
    """Decode a part of a token."""
    claims: Json = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def encoded(value: Json) -> str:
    """Encode a part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
