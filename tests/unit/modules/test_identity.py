from tests.support.synthesis import shop

ARN = "arn:aws:ses:eu-west-1:123456789012:identity/books.example.com"


def test_shoppers_sign_in_with_a_verified_address_and_a_long_password() -> None:
    pool = shop()["global"].only("aws_cognito_user_pool")
    assert pool["username_attributes"] == ["email"]
    assert pool["auto_verified_attributes"] == ["email"]
    assert pool["password_policy"]["minimum_length"] == 12


def test_a_changed_address_counts_once_it_is_verified() -> None:
    updates = shop()["global"].only("aws_cognito_user_pool")["user_attribute_update_settings"]
    assert updates == {"attributes_require_verification_before_update": ["email"]}


def test_the_client_keeps_no_secret_and_never_sends_a_password() -> None:
    client = shop()["global"].only("aws_cognito_user_pool_client")
    assert client["generate_secret"] is False
    assert set(client["explicit_auth_flows"]) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}


def test_nobody_learns_who_is_a_shopper_and_tokens_can_be_revoked() -> None:
    client = shop()["global"].only("aws_cognito_user_pool_client")
    assert client["prevent_user_existence_errors"] == "ENABLED"
    assert client["enable_token_revocation"] is True


def test_there_is_one_pool_for_all_regions() -> None:
    for name, stack in shop().stacks.items():
        assert len(stack.resources("aws_cognito_user_pool")) == (1 if name.endswith("-global") else 0)


def test_cognito_writes_to_shoppers_unless_a_sender_is_set() -> None:
    pool = shop()["global"].only("aws_cognito_user_pool")
    assert pool["email_configuration"] == {"email_sending_account": "COGNITO_DEFAULT"}, (
        "without it the provider leaves a pool as it is"
    )


def test_a_sender_of_the_settings_writes_by_ses() -> None:
    email = {"sender": "Books <no-reply@books.example.com>", "identity": ARN}
    pool = shop(email=email)["global"].only("aws_cognito_user_pool")
    assert pool["email_configuration"] == {
        "email_sending_account": "DEVELOPER",
        "from_email_address": email["sender"],
        "source_arn": ARN,
    }
