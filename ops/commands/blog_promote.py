"""`ops blog-promote`: makes another region's database the blog's writer."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import boto3
import typer

from ops.cli import DEFAULT_SETTINGS, RegionArgument, SettingsOption, check_region
from ops.errors import RefusedError
from stacks.settings import Settings

POLL_SECONDS = 5.0
"""Seconds between two requests during a switch, which takes a minute or two on AWS."""


@dataclass(frozen=True)
class BlogDatabase:
    """The global database as RDS describes it: its clusters by region, and the writer's region."""

    name: str
    clusters: Mapping[str, str]
    """ARN by region."""
    writer: str | None
    busy: bool

    @classmethod
    def read(cls, settings: Settings, through: str) -> "BlogDatabase":
        """Read it from RDS in region `through`. Terraform's state is not read: it may be in a lost region.

        Raises RefusedError where no blog is deployed.
        """
        rds = boto3.client("rds", region_name=through)
        try:
            found = rds.describe_global_clusters(GlobalClusterIdentifier=f"{settings.name}-blog")
        except rds.exceptions.GlobalClusterNotFoundFault:
            raise RefusedError("no blog is deployed: set features.blog and run `make deploy`") from None
        return cls.of(found["GlobalClusters"][0])

    @classmethod
    def of(cls, described: Mapping[str, Any]) -> "BlogDatabase":
        """From the response of RDS. A cluster's region is in its ARN."""
        members = {
            member["DBClusterArn"]: bool(member["IsWriter"]) for member in described["GlobalClusterMembers"]
        }
        clusters = {arn.split(":")[3]: arn for arn in members}
        writers = [region for region, arn in clusters.items() if members[arn]]
        return cls(
            name=described["GlobalClusterIdentifier"],
            clusters=clusters,
            writer=writers[0] if writers else None,
            busy=described.get("Status", "available") != "available",
        )


def blog_promote(
    region: RegionArgument,
    settings: SettingsOption = DEFAULT_SETTINGS,
    disaster: Annotated[
        bool,
        typer.Option(
            "--disaster/--planned",
            help="For a lost writer region: writes that were not replicated yet are lost. "
            "Planned waits until the new writer has all writes.",
        ),
    ] = False,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for the switch.")] = 900.0,
) -> None:
    """Make a region's database the blog's writer. Docs: docs/runbooks/blog.md."""
    environment = Settings.load(settings)
    check_region(region, environment)
    # RDS in the new writer's region: the old writer's may not answer.
    database = BlogDatabase.read(environment, region)
    if database.writer == region:
        typer.echo(f"{region} is the blog's writer already")
        return
    began = time.monotonic()
    start(database, region, disaster=disaster)
    await_writer(environment, region, timeout=timeout)
    loss = "may have lost its last transactions" if disaster else "lost nothing"
    typer.echo(
        f"{region} is the blog's writer after {time.monotonic() - began:.0f} s; the switch {loss}.\n"
        f"Undo: make blog-promote REGION={database.writer}"
    )


def start(database: BlogDatabase, region: str, *, disaster: bool) -> None:
    """Start the switch. The two calls differ in what they may lose.

    SwitchoverGlobalCluster stops writes, waits for `region` and loses nothing, but needs the writer's region.
    FailoverGlobalCluster with data loss allowed does not wait, and loses the writes that were not replicated yet, about
    one second of them.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-disaster-recovery.html

    Raises RefusedError when `region` has no cluster or another switch is under way.
    """
    target = database.clusters.get(region)
    if target is None:
        raise RefusedError(f"the blog's database has no cluster in {region}: deploy that region first")
    if database.busy:
        raise RefusedError(f"{database.name} is being switched already: wait until that has ended")
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
                f"check {database.name} in the RDS console, and run this again"
            )
        time.sleep(POLL_SECONDS)
