"""`ops remove-region`: removes one region while the others serve. Without CONFIRM it lists the region's resources.

Each step checks whether it is done already, so the command can be run again after an interruption.
"""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, permutations
from pathlib import Path
from typing import Annotated, Self

import typer
from rich.console import Console

from ops.aws import client
from ops.checkout_lock import checkout_lock
from ops.cli import DEFAULT_SETTINGS, RegionArgument, SettingsOption
from ops.commands.blog_promote import BlogDatabase
from ops.commands.evacuate import require_another, unavailability
from ops.console import plain_console
from ops.errors import InterruptError, OperatorError, RefusedError, UnknownRegionError
from ops.health_probe import Probe
from ops.named_tables import NamedTables
from ops.replication_lag import catches_up
from ops.rollout import deploy_stacks
from ops.state_buckets import check_primary
from ops.stock_removal import give_all
from ops.synthesis import stack_dependencies, synthesize, synthesized_folder
from ops.teardown.leftovers import delete_final_snapshots, delete_states, has_state_bucket
from ops.teardown.stack_destroy import destroy_stacks
from ops.teardown.state_resources import StateResource, state_resources, summary
from ops.terraform.graph import stacks_of_region
from ops.traffic import ALIAS_TTL, Traffic, TrafficError
from stacks.settings import Settings

REGIONS_VARIABLE = "BOOKSTORE_REGIONS"
"""Overrides the settings file, so that the file stays as it is."""
TO_CONTINUE = "Finished steps stay done; run it again for the rest."

StacksResources = dict[str, list[StateResource]]


@dataclass(frozen=True)
class Removal:
    """The deployment with the region (`before`) and without it (`after`)."""

    file: Path
    region: str
    before: Settings
    after: Settings
    is_listed: bool
    """Whether the settings file still contains the region."""

    @classmethod
    def of(cls, file: Path, region: str) -> Self:
        """Raises RefusedError for the primary region, SettingsError where the other regions are no deployment."""
        settings = Settings.load(file)
        if region == settings.primary:
            raise RefusedError(
                f"{region} is the first region, with the base tables, the user pool and the zone: it can only be "
                f"removed with everything else: make destroy"
            )
        is_listed = region in settings.regions
        after = tuple(other for other in settings.regions if other != region)
        before = settings.regions if is_listed else (*settings.regions, region)
        with _regions(after):
            settings_after = Settings.load(file)
        with _regions(before):
            settings_before = Settings.load(file)
        return cls(file, region, settings_before, settings_after, is_listed)

    @property
    def stack(self) -> str:
        """The name of the region's own stack, which is the confirmation."""
        return f"{self.before.name}-{self.region}"

    def synthesize(self, settings: Settings) -> None:
        """Write the Terraform of the deployment before or after."""
        with _regions(settings.regions):
            synthesize(self.file, synthesized_folder() / "synth.log")

    def resources(self) -> StacksResources:
        """The resources of the region's stacks; none when their state was deleted with its bucket."""
        if not has_state_bucket(self.before, self.region):
            return {}
        self.synthesize(self.before)
        stacks = stacks_of_region(stack_dependencies(), self.before, self.region)
        found = {stack: state_resources(stack) for stack in stacks}
        return {stack: resources for stack, resources in found.items() if resources}


def remove_region(
    region: RegionArgument,
    settings: SettingsOption = DEFAULT_SETTINGS,
    confirm: Annotated[
        str, typer.Option(envvar="CONFIRM", help="<project>-<environment>-<region>, to confirm.")
    ] = "",
    timeout: Annotated[
        float, typer.Option(help="Seconds to wait until the other regions have its data.")
    ] = 600.0,
) -> None:
    """List a region's resources; with CONFIRM=<project>-<environment>-<region> evacuate and remove it."""
    console = plain_console()
    removal = Removal.of(settings, region)
    check_primary(removal.before)
    with checkout_lock("remove-region"):
        try:
            resources = removal.resources()
            if not resources and not removal.is_listed:
                raise UnknownRegionError(
                    f"unknown region {region!r}: this deployment has {', '.join(removal.after.regions)}"
                )
            _list(console, removal, resources)
            if confirm != removal.stack:
                hint = f"To remove it: make remove-region REGION={region} CONFIRM={removal.stack}"
                console.print(f"Nothing was changed. {hint}")
                raise typer.Exit(1 if confirm else 0)
            _remove(console, removal, resources, timeout=timeout)
        except OperatorError:
            console.print(TO_CONTINUE)
            raise
        except KeyboardInterrupt:
            raise InterruptError(f"interrupted. {TO_CONTINUE}") from None


def _list(console: Console, removal: Removal, stacks: StacksResources) -> None:
    if not stacks:
        console.print(f"{removal.stack}: 0 resources", style="bold")
    for stack, resources in stacks.items():
        console.print(f"{stack}: {len(resources)} resources", style="bold")
        for line in summary(resources, data="a copy; the other regions keep theirs"):
            console.print(line)


def _remove(console: Console, removal: Removal, stacks: StacksResources, *, timeout: float) -> None:
    _refuse_blog_writer(removal)
    evacuated_at = _send_traffic_away(console, removal)
    removal.synthesize(removal.after)
    with _regions(removal.after.regions):
        log = synthesized_folder() / "deploy.log"
        deploy_stacks(removal.after, console=console, log=log, at_once=removal.after.local is not None)
    console.print(f"no record leads to {removal.region} any more")
    if evacuated_at is not None:
        # Resolvers answer with the region until then.
        time.sleep(max(0.0, evacuated_at + ALIAS_TTL - time.monotonic()))
    if _has_data(removal, stacks):
        tables, others = NamedTables(removal.before), removal.after.regions
        copies = give_all(tables, removal.region, others)
        _await_data(removal, timeout=timeout)
        # Other regions may have given it copies before they read that it is no longer registered.
        while late := give_all(tables, removal.region, others):
            copies += late
            _await_data(removal, timeout=timeout)
        console.print(f"{removal.region} has given its {copies:,} copies of books to {', '.join(others)}")
        console.print(f"{', '.join(removal.after.regions)} have all writes of {removal.region}")
    if stacks:
        _destroy(console, removal)
    for snapshot in delete_final_snapshots(removal.before, [removal.region]):
        console.print(f"snapshot {snapshot}: deleted")
    if line := delete_states(removal.before, removal.region):
        console.print(line)
    console.print(f"{removal.region} is removed; {', '.join(removal.after.regions)} serve.")
    if removal.is_listed:
        console.print(
            f"Now delete {removal.region} from {removal.file}, or the next deployment creates it again."
        )


def _has_data(removal: Removal, stacks: StacksResources) -> bool:
    """Whether the region still has the tables of stock and carts, with which its data is handed over.

    An interrupted run may have destroyed one of them after that, also without a change of the state. A region whose
    first deployment failed before it had both has never served.
    """
    held = {
        str(each.values.get("global_table_arn", "")).rpartition("/")[2]
        for each in chain(*stacks.values())
        if each.type == "aws_dynamodb_table_replica"
    }
    needed = {f"{removal.before.name}-stock", f"{removal.before.name}-cart"}
    return needed <= held and all(_exists(table, removal.region) for table in needed)


def _exists(table: str, region: str) -> bool:
    """Whether a table can be read, now or later: it is neither created nor deleted at the moment."""
    dynamodb = client("dynamodb", region)
    try:
        status = dynamodb.describe_table(TableName=table)["Table"]["TableStatus"]
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    return status not in {"CREATING", "DELETING"}


def _destroy(console: Console, removal: Removal) -> None:
    # Read again: the synth without the region deleted the folders in which Terraform was initialized.
    stacks = removal.resources()
    destroy_stacks(
        removal.before,
        stacks,
        stack_dependencies(),
        console=console,
        log=synthesized_folder() / "destroy.log",
        region=removal.region,
    )


def _refuse_blog_writer(removal: Removal) -> None:
    if not removal.after.features.blog:
        return
    primary = removal.after.primary
    if BlogDatabase.read(removal.after, primary).writer == removal.region:
        raise RefusedError(
            f"{removal.region} has the blog's writer: move it first: make blog-promote REGION={primary}"
        )


def _send_traffic_away(console: Console, removal: Removal) -> float | None:
    """Evacuate the region; returns `time.monotonic()` of that, or None where Route 53 has no record of it.

    Raises RefusedError unless another region can serve, or while another operator moves traffic.
    """
    traffic, probe = Traffic(removal.before), Probe(removal.after)
    try:
        is_evacuated = traffic.is_evacuated(removal.region)
    except TrafficError:
        return None
    with traffic.lock():
        others = {other: unavailability(other, traffic, probe) for other in removal.after.regions}
        require_another(removal.region, others)
        if not is_evacuated:
            traffic.evacuate(removal.region)
    console.print(f"{removal.region} gets no new traffic")
    return time.monotonic()


def _await_data(removal: Removal, *, timeout: float) -> None:
    """Wait until every region has the writes of all others.

    The primary's come first: with them the others read that the region is no longer registered, and stop giving it
    copies. Then it waits for those that they had given.

    Raises RefusedError after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    for source, target in permutations(removal.before.regions, 2):
        if not catches_up(removal.before, source, target, deadline=deadline):
            raise RefusedError(
                f"{target} does not have all writes of {source}, and {removal.region} is therefore kept: check "
                f"replication with `make status`, then run this again"
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
