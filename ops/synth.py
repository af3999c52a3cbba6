"""`ops synth`: writes the Terraform of an environment, and says where."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ops import cdktf
from stacks.settings import Settings, SettingsError


def synth(
    settings: Annotated[Path, typer.Option(envvar="SETTINGS", help="The environment's TOML file.")] = Path(
        "settings/local.toml"
    ),
) -> None:
    """Write every stack's Terraform; exits 1 when the app fails, 2 when the settings are wrong."""
    console = Console(soft_wrap=True)
    folder = cdktf.synthesized_folder()
    try:
        Settings.load(settings)
        with console.status("synthesizing"):
            cdktf.synthesize(settings, folder / "synth.log")
    except SettingsError as mistakes:
        console.print(*mistakes.mistakes, sep="\n", markup=False)
        raise typer.Exit(2) from None
    except cdktf.SynthesisError as failure:
        console.print(str(failure), style="red", markup=False)
        raise typer.Exit(1) from None
    for stack in cdktf.stack_order(folder):
        console.print(f"{folder / 'stacks' / stack / 'cdk.tf.json'}", markup=False, highlight=False)
