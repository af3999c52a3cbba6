"""Who shoppers are: a Cognito user pool, and the storefront as its only client."""

from dataclasses import dataclass
from typing import ClassVar

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


@dataclass(frozen=True)
class SesSender:
    """Who writes to shoppers by SES, which must have verified it and be out of its sandbox.

    Cognito sends by a service-linked role, which it makes when it is first told to, so the identity needs no policy:
    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-ses-authorization-to-send-email.html
    """

    address: str
    """With a name, if you like: `Books <no-reply@books.example.com>`."""
    identity_arn: str


class Identity(Construct):
    """Sign-in by e-mail address and password, in one region: Cognito does not replicate user pools.

    Tokens go on working when this region is away, since every API checks them against keys that it keeps.
    """

    PASSWORD_LENGTH = 12
    ID_TOKEN_MINUTES = 60
    REFRESH_TOKEN_DAYS = 30

    _UNITS: ClassVar[dict[str, str]] = {
        "id_token": "minutes",
        "access_token": "minutes",
        "refresh_token": "days",
    }

    def __init__(
        self, scope: Construct, id: str, *, name: str, protected: bool, sender: SesSender | None = None
    ) -> None:
        """A `protected` pool refuses to be deleted; without a `sender` Cognito writes to shoppers itself."""
        super().__init__(scope, id)
        self._pool = CognitoUserPool(
            self,
            "pool",
            name=f"{name}-shoppers",
            username_attributes=["email"],
            username_configuration={"case_sensitive": False},
            auto_verified_attributes=["email"],
            user_attribute_update_settings={"attributes_require_verification_before_update": ["email"]},
            account_recovery_setting={"recovery_mechanism": [{"name": "verified_email", "priority": 1}]},
            admin_create_user_config={"allow_admin_create_user_only": False},
            password_policy={
                "minimum_length": self.PASSWORD_LENGTH,
                "require_lowercase": True,
                "require_uppercase": True,
                "require_numbers": True,
                "require_symbols": True,
                "temporary_password_validity_days": 7,
            },
            email_configuration=_email(sender),
            deletion_protection="ACTIVE" if protected else "INACTIVE",
        )
        self._client = CognitoUserPoolClient(
            self,
            "storefront",
            name=f"{name}-storefront",
            user_pool_id=self._pool.id,
            generate_secret=False,  # a browser keeps none
            explicit_auth_flows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
            id_token_validity=self.ID_TOKEN_MINUTES,
            access_token_validity=self.ID_TOKEN_MINUTES,
            refresh_token_validity=self.REFRESH_TOKEN_DAYS,
            token_validity_units=[CognitoUserPoolClientTokenValidityUnits(**self._UNITS)],
        )
        self.pool_id: str = self._pool.id
        """What clients sign in to."""
        self.pool_arn: str = self._pool.arn
        """What the APIs' authorizers trust."""
        self.client_id: str = self._client.id
        """What the storefront calls itself."""


def _email(sender: SesSender | None) -> EmailConfiguration:
    if sender is None:
        # Said and not left out: the provider would leave a pool with the sender that it once had.
        return EmailConfiguration(email_sending_account="COGNITO_DEFAULT")
    return EmailConfiguration(
        email_sending_account="DEVELOPER",
        from_email_address=sender.address,
        source_arn=sender.identity_arn,
    )
