"""`ops bootstrap-ci`: creates GitHub's identity provider and the two roles of its workflows. Safe to repeat.

They are a stack of their own, which no workflow deploys: a workflow that could change its own roles would have no
limits.
"""

import os
from typing import Annotated

import typer

from ops.checkout_lock import checkout_lock
from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.console import plain_console
from ops.deployment import stack_outputs
from ops.errors import InputError
from ops.synthesis import synthesize, synthesized_folder
from ops.terraform.engine import Engine
from stacks.settings import Settings


def bootstrap_ci(
    settings: SettingsOption = DEFAULT_SETTINGS,
    remove: Annotated[
        bool,
        typer.Option("--remove", help="Remove the roles and the identity provider that this stack created."),
    ] = False,
) -> None:
    """Create or update GitHub's roles, and print the variables to set in the repository."""
    environment = Settings.load(settings)
    if not environment.ci.repository:
        raise InputError('set `repository = "owner/name"` in the table [ci] of the settings')
    if environment.state.backend != "s3":
        raise InputError(
            "GitHub's workflows work with the backend 's3' only (docs/walkthrough/6-pipeline.md)"
        )
    stack = f"{environment.name}-ci"
    # A folder of its own: a synth removes the folders of all other stacks.
    os.environ["CDKTF_OUTDIR"] = str(synthesized_folder() / "ci")
    with checkout_lock("bootstrap-ci"):
        synthesize(settings, synthesized_folder() / "synth.log", "ci")
        engine = Engine(environment, plain_console(), synthesized_folder() / "deploy.log")
        if remove:
            engine.destroy({stack: ()})
            return
        engine.deploy({stack: ()})
        outputs = stack_outputs(stack)
    for variable, value in (
        ("PLAN_ROLE", outputs["plan_role"]),
        ("APPLY_ROLE", outputs["apply_role"]),
        ("PRIMARY_REGION", environment.primary),
        ("SETTINGS", settings),
    ):
        typer.echo(f"gh variable set {variable} --body {value}")
