"""`ops customer-erase`: deletes a customer's account and personal data in every region."""

from typing import Annotated

import typer

from ops import customers
from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.commands.customer_export import EmailOption, SubOption
from ops.customers import Erasure
from ops.errors import OperatorError, RefusedError
from ops.named_tables import NamedDeployment
from stacks.settings import Settings


def customer_erase(
    email: EmailOption = "",
    sub: SubOption = "",
    confirm: Annotated[str, typer.Option(envvar="CONFIRM", help="The address or id again, to confirm.")] = "",
    settings: SettingsOption = DEFAULT_SETTINGS,
) -> None:
    """Delete a customer's account and cart, and remove the person from the orders, in every region."""
    deployment = NamedDeployment(Settings.load(settings))
    customer = customers.find(deployment, email=email, sub=sub)
    named = f"EMAIL={email}" if email else f"SUB={sub}"
    if confirm != (email or sub):
        raise RefusedError(
            f"nothing was changed. This cannot be undone. To erase the customer {customer.id}: "
            f"make customer-erase {named} CONFIRM={email or sub}"
        )
    erasure = customers.erase(deployment, customer)
    typer.echo(_report(customer.id, erasure))
    if erasure.failed:
        reasons = "\n".join(f"  {region}: {reason}" for region, reason in erasure.failed.items())
        raise OperatorError(
            f"not every region answered:\n{reasons}\nThey erase when replication brings them the request. "
            f"To make sure, repeat this then: make customer-erase SUB={customer.id} CONFIRM={customer.id}"
        )


def _report(customer_id: str, erasure: Erasure) -> str:
    account = "deleted" if erasure.account_deleted else "there was none"
    lines = [f"customer {customer_id}", f"account in the user pool: {account}"]
    for region, erased in erasure.regions.items():
        lines.append(
            f"{region}: {erased.cart} cart items deleted, {erased.addresses} orders without the address now, "
            f"{erased.orders} orders kept"
        )
    return "\n".join(
        (
            *lines,
            "Kept by law: books, prices and times of the orders, under a user id that leads to no person.",
            "Old versions remain in the tables' streams for 24 hours, and in point-in-time recovery for 35 days.",
        )
    )
