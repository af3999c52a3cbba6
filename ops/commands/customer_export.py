"""`ops customer-export`: prints everything that is stored about a customer."""

import json
from typing import Annotated

import typer

from ops import customers
from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.deployment import Deployment
from stacks.settings import Settings

EmailOption = Annotated[str, typer.Option(envvar="EMAIL", help="The customer's e-mail address.")]
SubOption = Annotated[
    str, typer.Option(envvar="SUB", help="The customer's user id, also of a deleted account.")
]


def customer_export(
    email: EmailOption = "", sub: SubOption = "", settings: SettingsOption = DEFAULT_SETTINGS
) -> None:
    """Print a customer's account, cart and orders as JSON, as each region has them."""
    deployment = Deployment.load(Settings.load(settings))
    customer = customers.find(deployment, email=email, sub=sub)
    print(json.dumps(customers.export(deployment, customer), indent=2, ensure_ascii=False))
