"""`ops deploy`: deploys every stack, region by region on AWS."""

from typing import Annotated

import typer

from ops.bucket_copies import copy_missing_media
from ops.checkout_lock import checkout_lock
from ops.cli import DEFAULT_SETTINGS, RegionLostOption, SettingsOption
from ops.console import plain_console
from ops.errors import InterruptError
from ops.rollout import deploy_stacks
from ops.state_buckets import check_primary
from ops.synthesis import stack_order, synthesize, synthesized_folder
from ops.terraform.unsaved_states import finished_changes
from stacks.settings import Settings


def deploy(
    settings: SettingsOption = DEFAULT_SETTINGS,
    at_once: Annotated[
        bool,
        typer.Option(
            "--at-once", help="All regions side by side, without health gates. A local cloud always is."
        ),
    ] = False,
    region_lost: RegionLostOption = False,
) -> None:
    """Synthesize, then deploy every stack after those that it needs."""
    environment = Settings.load(settings)
    check_primary(environment)
    console = plain_console()
    with checkout_lock("deploy"):
        with console.status("synthesizing"):
            synthesize(settings, synthesized_folder() / "synth.log")
        try:
            deploy_stacks(
                environment,
                console=console,
                log=synthesized_folder() / "deploy.log",
                at_once=at_once or environment.local is not None,
                region_lost=region_lost,
            )
            if copied := copy_missing_media(environment):
                console.print(f"copied {copied} media files of the blog to regions that lacked them")
        except KeyboardInterrupt:
            raise InterruptError(
                f"interrupted. {finished_changes(stack_order())} Run it again to continue"
            ) from None
