"""Sign-up and sign-in: a Cognito user pool with one client, the storefront."""

from dataclasses import dataclass
from typing import Literal

from cdktf_cdktf_provider_aws.cognito_user_pool import (
    CognitoUserPool,
)
from cdktf_cdktf_provider_aws.cognito_user_pool import (
    CognitoUserPoolEmailConfiguration as EmailConfiguration,
)
from cdktf_cdktf_provider_aws.cognito_user_pool_client import (
    CognitoUserPoolClient,
    CognitoUserPoolClientTokenValidityUnits,
)
from constructs import Construct

_TOKEN_UNITS = {"id_token": "minutes", "access_token": "minutes", "refresh_token": "days"}


@dataclass(frozen=True)
class SesSender:
    """Sender of Cognito's e-mails through SES. The identity must be verified and out of the SES sandbox.

    Cognito sends with a service-linked role, which it creates on first use, so the identity needs no policy:
    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-ses-authorization-to-send-email.html
    """

    address: str
    """Sender, optionally with a name: `Books <no-reply@books.example.com>`."""
    identity_arn: str
    """ARN of the SES identity that covers the address."""


@dataclass(frozen=True)
class IdentityOptions:
    """Mail, password policy and token lifetimes of a user pool."""

    sender: SesSender | None = None
    """Sender of e-mails. None: Cognito's own sender, with at most 50 e-mails a day."""
    tier: Literal["LITE", "ESSENTIALS", "PLUS"] = "LITE"
    """Feature plan, which decides the price of each monthly active user. Replicated pools need `ESSENTIALS` or `PLUS`:
    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html"""
    password_length: int = 12
    """Shortest password."""
    token_minutes: int = 60
    """Lifetime of ID and access tokens."""
    refresh_token_days: int = 30
    """How long a sign-in lasts. `KEPT_FOR` in `lambda_src/shop/revocations.py` must be a day longer."""


class Identity(Construct):
    """A user pool in one region, with sign-in by e-mail address and password.

    Tokens stay valid while that region is unavailable: each region's API verifies them with cached keys. Cognito can
    replicate a pool to one further region, which the AWS provider 5.100 cannot configure
    (docs/adr/0040-keep-one-user-pool.md).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        protected: bool,
        options: IdentityOptions = IdentityOptions(),
    ) -> None:
        """Create the pool and its client.

        Args:
            name: Name of the deployment.
            protected: Whether Cognito refuses to delete the pool.
            options: Mail, password policy and token lifetimes.
        """
        super().__init__(scope, id)
        self._pool = CognitoUserPool(
            self,
            "pool",
            name=f"{name}-shoppers",
            user_pool_tier=options.tier,
            username_attributes=["email"],
            username_configuration={"case_sensitive": False},
            auto_verified_attributes=["email"],
            user_attribute_update_settings={"attributes_require_verification_before_update": ["email"]},
            account_recovery_setting={"recovery_mechanism": [{"name": "verified_email", "priority": 1}]},
            admin_create_user_config={"allow_admin_create_user_only": False},
            password_policy={
                "minimum_length": options.password_length,
                "require_lowercase": True,
                "require_uppercase": True,
                "require_numbers": True,
                "require_symbols": True,
                "temporary_password_validity_days": 7,
            },
            email_configuration=_email(options.sender),
            deletion_protection="ACTIVE" if protected else "INACTIVE",
        )
        self._client = CognitoUserPoolClient(
            self,
            "storefront",
            name=f"{name}-storefront",
            user_pool_id=self._pool.id,
            generate_secret=False,  # a browser cannot keep a secret
            explicit_auth_flows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
            id_token_validity=options.token_minutes,
            access_token_validity=options.token_minutes,
            refresh_token_validity=options.refresh_token_days,
            token_validity_units=[CognitoUserPoolClientTokenValidityUnits(**_TOKEN_UNITS)],
        )
        self.pool_id: str = self._pool.id
        """ID of the pool."""
        self.pool_arn: str = self._pool.arn
        """ARN of the pool, for the authorizers of the APIs."""
        self.client_id: str = self._client.id
        """ID of the storefront's client."""


def _email(sender: SesSender | None) -> EmailConfiguration:
    if sender is None:
        # Explicit: without the block, the provider keeps the sender of an earlier configuration.
        return EmailConfiguration(email_sending_account="COGNITO_DEFAULT")
    return EmailConfiguration(
        email_sending_account="DEVELOPER",
        from_email_address=sender.address,
        source_arn=sender.identity_arn,
    )
