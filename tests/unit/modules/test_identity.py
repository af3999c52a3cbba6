from datetime import timedelta

from shop.revocations import KEPT_FOR
from tests.support.synthesis import EVERYTHING, shop


def test_pool_verifies_email_and_password_length() -> None:
    pool = shop()["global"].only("aws_cognito_user_pool")
    assert pool["username_attributes"] == ["email"]
    assert pool["auto_verified_attributes"] == ["email"]
    assert pool["password_policy"]["minimum_length"] == 12


def test_changed_email_needs_verification() -> None:
    updates = shop()["global"].only("aws_cognito_user_pool")["user_attribute_update_settings"]
    assert updates == {"attributes_require_verification_before_update": ["email"]}


def test_client_has_no_secret_and_uses_srp() -> None:
    client = shop()["global"].only("aws_cognito_user_pool_client")
    assert client["generate_secret"] is False
    assert set(client["explicit_auth_flows"]) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}


def test_client_hides_users_and_revokes_tokens() -> None:
    client = shop()["global"].only("aws_cognito_user_pool_client")
    assert client["prevent_user_existence_errors"] == "ENABLED"
    assert client["enable_token_revocation"] is True


def test_refreshed_tokens_expire_before_revocation() -> None:
    client = shop()["global"].only("aws_cognito_user_pool_client")
    assert client["token_validity_units"] == [
        {"id_token": "minutes", "access_token": "minutes", "refresh_token": "days"}
    ]
    refresh_token = timedelta(days=client["refresh_token_validity"])
    id_token = timedelta(minutes=client["id_token_validity"])
    assert refresh_token + id_token <= refresh_token + timedelta(days=1) == KEPT_FOR


def test_one_pool_serves_all_regions() -> None:
    for name, stack in shop().stacks.items():
        assert len(stack.resources("aws_cognito_user_pool")) == (1 if name.endswith("-global") else 0)


def test_pool_uses_cognito_sender_by_default() -> None:
    pool = shop()["global"].only("aws_cognito_user_pool")
    assert pool["email_configuration"] == {"email_sending_account": "COGNITO_DEFAULT"}, (
        "without it the provider leaves a pool as it is"
    )


def test_pool_uses_configured_ses_sender() -> None:
    pool = shop(**EVERYTHING)["global"].only("aws_cognito_user_pool")
    assert pool["email_configuration"] == {
        "email_sending_account": "DEVELOPER",
        "from_email_address": EVERYTHING["email"]["sender"],
        "source_arn": EVERYTHING["email"]["identity"],
    }
