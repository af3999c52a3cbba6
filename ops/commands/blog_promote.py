"""`ops blog-promote`: another region's database takes the blog's writes."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import boto3
import typer

from ops.region_commands import (
    DEFAULT_SETTINGS,
    RefusedError,
    RegionArgument,
    SettingsOption,
    check_region,
    exit_codes,
)
from stacks.settings import Settings

POLL_SECONDS = 5.0
"""Between two looks at a switch under way; it takes a minute or two on AWS."""


@dataclass(frozen=True)
class BlogDatabase:
    """The global database as RDS describes it: which region's cluster is where, and who writes."""

    name: str
    clusters: Mapping[str, str]
    """ARN by region."""
    writer: str | None
    busy: bool

    @classmethod
    def read(cls, settings: Settings, through: str) -> "BlogDatabase":
        """Ask RDS in region `through`; no state is read, which may be in a lost region.

        Raises RefusedError where no blog is deployed.
        """
        rds = boto3.client("rds", region_name=through)
        try:
            told = rds.describe_global_clusters(GlobalClusterIdentifier=f"{settings.name}-blog")
        except rds.exceptions.GlobalClusterNotFoundFault:
            raise RefusedError("no blog is deployed: set features.blog and run `make deploy`") from None
        return cls.of(told["GlobalClusters"][0])

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "BlogDatabase":
        """From RDS's answer. A cluster's region is in its ARN."""
        members = {
            member["DBClusterArn"]: bool(member["IsWriter"]) for member in told["GlobalClusterMembers"]
        }
        clusters = {arn.split(":")[3]: arn for arn in members}
        writers = [region for region, arn in clusters.items() if members[arn]]
        return cls(
            name=told["GlobalClusterIdentifier"],
            clusters=clusters,
            writer=writers[0] if writers else None,
            busy=told.get("Status", "available") != "available",
        )


def blog_promote(
    region: RegionArgument,
    settings: SettingsOption = DEFAULT_SETTINGS,
    disaster: Annotated[
        bool,
        typer.Option(
            "--disaster/--planned",
            help="The writer's region is lost: what it had not sent yet is lost with it. "
            "Planned waits for the new writer to have everything.",
        ),
    ] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the switch.")] = 900.0,
) -> None:
    """Let a region's database take the blog's writes. Docs: docs/runbooks/blog.md."""
    with exit_codes():
        environment = Settings.load(settings)
        check_region(region, environment)
        # RDS is asked in the region that is to lead: the one that led may be away.
        database = BlogDatabase.read(environment, region)
        if database.writer == region:
            typer.echo(f"{region} takes the blog's writes already")
            return
        began = time.monotonic()
        start(database, region, disaster=disaster)
        await_writer(environment, region, timeout=timeout)
        loss = "may have lost its last transactions" if disaster else "lost nothing"
        typer.echo(
            f"{region} takes the blog's writes after {time.monotonic() - began:.0f} s; the switch {loss}.\n"
            f"Undo: make blog-promote REGION={database.writer}"
        )


def start(database: BlogDatabase, region: str, *, disaster: bool) -> None:
    """Begin the switch. The two calls differ in what they may lose.

    SwitchoverGlobalCluster stops writes, waits for `region` and loses nothing, but needs the writer's region to
    answer. FailoverGlobalCluster with data loss allowed asks nobody and loses what was not replicated yet, about a
    second's writes. https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html

    Raises RefusedError when `region` has no cluster or another switch is under way.
    """
    target = database.clusters.get(region)
    if target is None:
        raise RefusedError(f"the blog's database has no cluster in {region}: deploy that region first")
    if database.busy:
        raise RefusedError(f"{database.name} is being switched already: wait for it, then look again")
    rds = boto3.client("rds", region_name=region)
    if disaster:
        rds.failover_global_cluster(
            GlobalClusterIdentifier=database.name, TargetDbClusterIdentifier=target, AllowDataLoss=True
        )
    else:
        rds.switchover_global_cluster(GlobalClusterIdentifier=database.name, TargetDbClusterIdentifier=target)


def await_writer(settings: Settings, region: str, *, timeout: float) -> None:
    """Wait until RDS names `region` as the writer. Raises RefusedError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        database = BlogDatabase.read(settings, region)
        if database.writer == region and not database.busy:
            return
        if time.monotonic() > deadline:
            raise RefusedError(
                f"{region} is not the writer after {timeout:.0f} s (the writer is {database.writer}): "
                f"see {database.name} in RDS's console, and run this again"
            )
        time.sleep(POLL_SECONDS)
