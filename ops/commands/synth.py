"""`ops synth`: writes the Terraform of an environment, and says where."""

import typer
from rich.console import Console

from ops import cdktf
from ops.region_commands import DEFAULT_SETTINGS, SettingsOption, exit_codes
from stacks.settings import Settings


@exit_codes()
def synth(settings: SettingsOption = DEFAULT_SETTINGS) -> None:
    """Write every stack's Terraform; exits 1 when the app fails, 2 when the settings are wrong."""
    console = Console(soft_wrap=True, highlight=False)
    folder = cdktf.synthesized_folder()
    Settings.load(settings)
    try:
        with console.status("synthesizing"):
            cdktf.synthesize(settings, folder / "synth.log")
    except cdktf.SynthesisError as failure:
        console.print(str(failure), style="red", markup=False)
        raise typer.Exit(1) from None
    for stack in cdktf.stack_order(folder):
        console.print(folder / "stacks" / stack / "cdk.tf.json")
