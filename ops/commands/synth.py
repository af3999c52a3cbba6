"""`ops synth`: writes the Terraform of an environment."""

import typer

from ops.checkout_lock import checkout_lock
from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.console import plain_console
from ops.synthesis import stack_folder, stack_order, synthesize, synthesized_folder
from stacks.settings import Settings


def synth(settings: SettingsOption = DEFAULT_SETTINGS) -> None:
    """Write every stack's Terraform and print the files."""
    Settings.load(settings)
    with checkout_lock("synth"):
        with plain_console(stderr=True).status("synthesizing"):
            synthesize(settings, synthesized_folder() / "synth.log")
        for stack in stack_order():
            typer.echo(stack_folder(stack) / "cdk.tf.json")
