"""Who shoppers are: a Cognito user pool, and the storefront as its only client."""

from typing import ClassVar

from cdktf_cdktf_provider_aws.cognito_user_pool import CognitoUserPool
from cdktf_cdktf_provider_aws.cognito_user_pool_client import (
    CognitoUserPoolClient,
    CognitoUserPoolClientTokenValidityUnits,
)
from constructs import Construct


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

    def __init__(self, scope: Construct, id: str, *, name: str, protected: bool) -> None:
        """A `protected` pool refuses to be deleted."""
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
