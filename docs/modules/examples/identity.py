from cdktf import TerraformStack

from modules.identity import Identity, IdentityOptions, SesSender


def example(stack: TerraformStack) -> None:
    sender = SesSender(
        address="Books <no-reply@books.example.com>",
        identity_arn="arn:aws:ses:eu-west-1:111122223333:identity/books.example.com",
    )
    Identity(
        stack,
        "identity",
        name="books-prod",
        protected=True,
        options=IdentityOptions(sender=sender, password_length=16),
    )
