"""`ops customer-export`: prints everything that is stored about a customer."""

import json
from typing import Annotated

import typer

from ops import customers
from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.errors import OperatorError
from ops.named_tables import NamedDeployment
from stacks.settings import Settings

EmailOption = Annotated[str, typer.Option(envvar="EMAIL", help="The customer's e-mail address.")]
SubOption = Annotated[
    str, typer.Option(envvar="SUB", help="The customer's user id, also of a deleted account.")
]


def customer_export(
    email: EmailOption = "", sub: SubOption = "", settings: SettingsOption = DEFAULT_SETTINGS
) -> None:
    """Print a customer's account, cart and orders as JSON, as each region has them."""
    deployment = NamedDeployment(Settings.load(settings))
    customer = customers.find(deployment, email=email, sub=sub)
    export = customers.export(deployment, customer)
    print(json.dumps(export.data, indent=2, ensure_ascii=False))
    if export.failed:
        reasons = "\n".join(f"  {region}: {reason}" for region, reason in export.failed.items())
        raise OperatorError(f"not every region answered, and the export lacks what these have:\n{reasons}")
