"""`ops remove-region`: one region fewer, while the others go on selling.

Without CONFIRM it lists what would go and touches nothing. Each step finds out by itself whether it is done, so a
command that was interrupted is run again.
"""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

import typer
from rich.console import Console

from ops import cdktf
from ops.commands.blog_promote import BlogDatabase
from ops.commands.deploy import DeployFailedError, deploy_stacks
from ops.commands.evacuate import require_another, why_not
from ops.health_probe import Probe
from ops.region_commands import (
    DEFAULT_SETTINGS,
    RefusedError,
    RegionArgument,
    SettingsOption,
    UnknownRegionError,
    exit_codes,
)
from ops.replication_lag import catches_up
from ops.teardown.leftovers import delete_final_snapshots, delete_state_bucket, has_state_bucket
from ops.teardown.stack_destroy import destroy_stack
from ops.teardown.state_resources import Held, TerraformError, held, summary
from ops.traffic import ALIAS_TTL, Traffic, TrafficError
from stacks.settings import Settings

LOG = "remove-region.log"
REGIONS_VARIABLE = "BOOKSTORE_REGIONS"
"""Wins over the settings file: so the region can be left out, and taken in, without anybody's file being written."""


@dataclass(frozen=True)
class Removal:
    """The deployment as it was, with the region, and as it will be."""

    file: Path
    region: str
    before: Settings
    after: Settings
    is_listed: bool
    """Whether the settings file still names the region."""

    @classmethod
    def of(cls, file: Path, region: str) -> Self:
        """Raises RefusedError for the primary, SettingsError where the rest cannot be a deployment."""
        told = Settings.load(file)
        if region == told.primary:
            raise RefusedError(
                f"{region} is the first region: it holds the base tables, the user pool and the zone, so it goes last "
                f"and with everything else: make destroy"
            )
        is_listed = region in told.regions
        after = tuple(other for other in told.regions if other != region)
        before = told.regions if is_listed else (*told.regions, region)
        with _regions(after):
            settings_after = Settings.load(file)
        with _regions(before):
            settings_before = Settings.load(file)
        return cls(file, region, settings_before, settings_after, is_listed)

    @property
    def stack(self) -> str:
        """The region's own stack, whose name confirms that it is meant."""
        return f"{self.before.name}-{self.region}"

    def synthesize(self, settings: Settings) -> None:
        """Write the Terraform of the deployment before or after."""
        with _regions(settings.regions):
            cdktf.synthesize(self.file, cdktf.synthesized_folder() / LOG)

    def holdings(self) -> list[Held]:
        """What the region's stack has; nothing when its state went with its bucket."""
        if not has_state_bucket(self.before, self.region):
            return []
        self.synthesize(self.before)
        return held(self.stack)


def remove_region(
    region: RegionArgument,
    settings: SettingsOption = DEFAULT_SETTINGS,
    confirm: Annotated[
        str,
        typer.Option(envvar="CONFIRM", help="<project>-<environment>-<region>, to show that you mean it."),
    ] = "",
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the others to have its data.")] = 600.0,
) -> None:
    """List what a region has, and with CONFIRM=<project>-<environment>-<region> send traffic away and remove it."""
    console = Console(highlight=False, soft_wrap=True)
    with exit_codes():
        removal = Removal.of(settings, region)
        try:
            holdings = removal.holdings()
            if not holdings and not removal.is_listed:
                raise UnknownRegionError(region, removal.after)
            _list(console, removal, holdings)
            if confirm != removal.stack:
                console.print(
                    f"Nothing was touched. To remove it: make remove-region REGION={region} CONFIRM={removal.stack}"
                )
                raise typer.Exit(1 if confirm else 0)
            _remove(console, removal, holdings, timeout=timeout)
        except (cdktf.SynthesisError, DeployFailedError, TerraformError) as failure:
            console.print(str(failure), style="red", markup=False)
            console.print("What is done is done; run it again for the rest.")
            raise typer.Exit(1) from failure
        except KeyboardInterrupt:
            console.print("interrupted: what is done is done; run it again for the rest", style="yellow")
            raise typer.Exit(1) from None


def _list(console: Console, removal: Removal, holdings: list[Held]) -> None:
    console.print(f"{removal.stack}: {len(holdings)} resources", style="bold")
    for line in summary(holdings):
        console.print(line.replace("with all data in it", "a copy; the others keep theirs"), markup=False)


def _remove(console: Console, removal: Removal, holdings: list[Held], *, timeout: float) -> None:
    _refuse_the_blogs_writer(removal)
    left_at = _send_traffic_away(console, removal)
    removal.synthesize(removal.after)
    with _regions(removal.after.regions):
        log = cdktf.synthesized_folder() / LOG
        deploy_stacks(removal.after, removal.file, console=console, log=log)
    console.print("the edge leads nobody there any more")
    if left_at is not None:
        time.sleep(
            max(0.0, left_at + ALIAS_TTL - time.monotonic())
        )  # resolvers still know the way until then
    if any(each.type == "aws_dynamodb_table_replica" for each in holdings):
        _await_data(removal, timeout=timeout)
        console.print(f"{', '.join(removal.after.regions)} have all that was written in {removal.region}")
    if holdings:
        # Asked anew: the synth without the region took the stack's folder away, which Terraform had prepared.
        destroy_stack(console, removal.stack, removal.holdings(), removal.before, removal.region)
    for snapshot in delete_final_snapshots(removal.before, [removal.region]):
        console.print(f"snapshot {snapshot}: deleted")
    if bucket := delete_state_bucket(removal.before, removal.region):
        console.print(f"state bucket {bucket}: deleted")
    console.print(f"{removal.region} is gone; the shop is live in {', '.join(removal.after.regions)}.")
    if removal.is_listed:
        console.print(
            f"Now take {removal.region} out of {removal.file}, or the next deployment brings it back."
        )


def _refuse_the_blogs_writer(removal: Removal) -> None:
    if not removal.after.features.blog:
        return
    primary = removal.after.primary
    if BlogDatabase.read(removal.after, primary).writer == removal.region:
        raise RefusedError(
            f"{removal.region} takes the blog's writes: give them to another first: make blog-promote REGION={primary}"
        )


def _send_traffic_away(console: Console, removal: Removal) -> float | None:
    """When traffic was sent away, or None where the edge does not know the region any more.

    Raises RefusedError unless another region can take it.
    """
    traffic, probe = Traffic(removal.before), Probe(removal.after)
    try:
        is_evacuated = traffic.is_evacuated(removal.region)
    except TrafficError:
        return None
    require_another(
        removal.region, {other: why_not(other, traffic, probe) for other in removal.after.regions}
    )
    if not is_evacuated:
        traffic.evacuate(removal.region)
    console.print(f"{removal.region} gets no new traffic")
    return time.monotonic()


def _await_data(removal: Removal, *, timeout: float) -> None:
    """Wait until every other region has what was written here; raises RefusedError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    for other in removal.after.regions:
        if not catches_up(removal.before, removal.region, other, deadline=deadline):
            raise RefusedError(
                f"{other} does not have all that was written in {removal.region}, and it is not removed before: "
                f"look at replication with `make status`, then run this again"
            )


@contextmanager
def _regions(regions: Sequence[str]) -> Iterator[None]:
    before = os.environ.get(REGIONS_VARIABLE)
    os.environ[REGIONS_VARIABLE] = json.dumps(list(regions))
    try:
        yield
    finally:
        if before is None:
            del os.environ[REGIONS_VARIABLE]
        else:
            os.environ[REGIONS_VARIABLE] = before
