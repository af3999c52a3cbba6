"""`up`: from a checkout to a shop that answers, in steps that can be repeated."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from rich.table import Table

from localcloud import disk_space, programs
from localcloud.account_defaults import create_managed_keys
from localcloud.blog.service import Blog, ensure_runnable
from localcloud.blog.wordpress import WordPressUnavailableError
from localcloud.deployment_fingerprint import Fingerprint
from localcloud.environment import export, local_environment
from localcloud.layout import ROOT, Layout, url
from localcloud.processes import Part, Supervisor
from localcloud.step_output import BackgroundStep, Steps
from ops.catalog.loader import load
from ops.deployment import Deployment, terraform_outputs
from ops.errors import OperatorError
from ops.rollout import deploy_stacks
from ops.state_buckets import ensure_state_bucket
from ops.synthesis import stack_order, synthesize
from stacks.settings import Settings

CATALOG = ROOT / "data" / "catalog.csv"


class UpError(OperatorError):
    """The local cloud cannot come up; the message names the fix."""


@dataclass(frozen=True)
class Up:
    """One run of `up`. Whoever calls `run` ends what it started when it fails: `supervisor.undo()`."""

    layout: Layout
    settings: Path
    steps: Steps
    supervisor: Supervisor
    blog_wanted: bool = False
    """Whether to stop when the blog cannot run, rather than go on without it."""

    def run(self) -> None:
        """Bring everything up. Raises UpError, or the error of the step that failed."""
        environment = Settings.load(self.settings)
        if not environment.is_local:
            raise UpError(
                f"{self.settings} has no [local] table: it is for AWS, where `make deploy` is the command"
            )
        export(local_environment(self.layout, self.settings, environment.regions))
        settings = Settings.load(self.settings)
        if no_room := disk_space.too_small(self.layout.directory):
            raise UpError(no_room)
        if not self.layout.emulators.exists():
            raise UpError(f"no emulators in {self.layout.emulators}: `make up` installs them")
        redis_is_new = self._start(settings.regions)
        blog = self._begin_blog(settings.regions) if settings.features.blog else None
        with self.steps.step("Account prepared") as say:
            create_managed_keys(settings.regions)
            say(", ".join(self._ensure_state_buckets(settings)))
        with self.steps.step("Terraform synthesized") as say:
            synthesize(self.settings, self.layout.log("synth"))
            say(f"{len(stack_order())} stacks")
        if blog:
            blog.finish(wait=False)  # One that cannot run says so before Terraform's minutes, not after.
        deployed = self._deploy(settings)
        deployment = Deployment.read(settings, self.layout.outputs)
        if deployed:
            self._seed(deployment)
        if deployed or redis_is_new:
            self._rebuild_bestsellerss(deployment)
        if blog:
            blog.finish()
        with self.steps.step("Every region answers"):
            silent = self._silent(settings.regions)
            if silent:
                raise UpError(f"no success from {', '.join(silent)}. Logs: {self.layout.cloud / 'logs'}")
        self._write_endpoints(deployment)
        self.steps.console.print(addresses(self.layout, settings.regions, has_blog=settings.features.blog))

    def _start(self, regions: Sequence[str]) -> bool:
        """Start what does not run yet; returns whether a Redis server is new, hence empty."""
        aws = programs.aws_part(self.layout)
        redis = [programs.redis_part(self.layout, index, region) for index, region in enumerate(regions)]
        edge = programs.edge_part(self.layout, self.settings, regions)
        self._refuse_taken_ports([aws, *redis, edge], regions)
        # An emulator of an earlier version saves its state when it stops, so the check follows the stop.
        if self.supervisor.stop_outdated(aws) and programs.lost_its_state(self.layout):
            self.steps.console.print(
                "the state of the AWS emulator is missing: starting with an empty one", style="yellow"
            )
            programs.forget_state(self.layout)
            aws = programs.aws_part(self.layout)
        with self.steps.step("AWS emulator") as say:
            say(self._start_part(aws))
        with self.steps.step("Redis, one a region") as say:
            started = [self.supervisor.ensure(part) for part in redis]
            say(f"ports {', '.join(str(part.port) for part in redis)}")
        with self.steps.step("Edge") as say:
            say(self._start_part(edge))
        return any(started)

    def _begin_blog(self, regions: Sequence[str]) -> BackgroundStep:
        """Have what plays Aurora, which Terraform asks, and begin to start WordPress, which nothing waits for."""
        blog = Blog(self.layout, regions, self.supervisor)
        with self.steps.step("Aurora's control plane"):
            blog.start_control_plane()
        return self.steps.background("Blog", lambda: self._start_blog(blog))

    def _start_blog(self, blog: Blog) -> str:
        """Start WordPress where it can be had. Raises UpError where it cannot and was asked for."""
        try:
            ensure_runnable()
        except WordPressUnavailableError as reason:
            if self.blog_wanted:
                raise UpError(f"the blog cannot run here: {reason}") from reason
            return f"left out: {reason}"
        return blog.start()

    def _start_part(self, part: Part) -> str:
        new = self.supervisor.ensure(part)
        return f"port {part.port}{'' if new else ', was running'}"

    def _refuse_taken_ports(self, wanted: Sequence[Part], regions: Sequence[str]) -> None:
        """Say which ports other programs hold, all at once. Raises UpError."""
        needed = {part.name: [part.port] for part in wanted}
        needed[programs.EDGE] = edge_ports(self.layout, regions)
        taken = [
            f"{port} ({name})"
            for name, ports in needed.items()
            if not self.supervisor.running(name)
            for port in ports
            if not programs.is_free(port)
        ]
        if taken:
            raise UpError(
                f"another program listens on {', '.join(taken)}. Choose other ports with PORT_BASE, "
                f"for example: make up PORT_BASE={self.layout.base + 1000}"
            )

    def _ensure_state_buckets(self, settings: Settings) -> list[str]:
        buckets = {region: settings.state_bucket(region) for region in settings.regions}
        for region, bucket in buckets.items():
            ensure_state_bucket(bucket, region, tags=settings.tags)
        return list(buckets.values())

    def _deploy(self, settings: Settings) -> bool:
        """Deploy unless that would change nothing; returns whether it did."""
        marks = self.layout.cloud / "deployed.json"
        now = Fingerprint.now(settings, self.layout.synthesized)
        if (
            self.layout.outputs.exists()
            and Fingerprint.read(marks) == now
            and not self._silent(settings.regions)
        ):
            with self.steps.step("Deployed") as say:
                say("as synthesized: same Terraform, same state, every region answers")
            return False
        with self.steps.step("Deployed", own_display=True):
            log = self.layout.log("deploy")
            log.unlink(missing_ok=True)
            deploy_stacks(settings, console=self.steps.console, log=log, at_once=True)
        with self.steps.step("Outputs read"):
            Deployment.of(settings, terraform_outputs(settings)).write(self.layout.outputs)
        Fingerprint.now(settings, self.layout.synthesized).write(marks)
        return True

    def _seed(self, deployment: Deployment) -> None:
        with self.steps.step("Catalog loaded") as say:
            report = load(deployment, CATALOG)
            say(f"{report.loaded} books in {len(report.categories)} categories")

    def _rebuild_bestsellerss(self, deployment: Deployment) -> None:
        with self.steps.step("Best sellers counted") as say:
            for region, stack in deployment.regions.items():
                invoke(deployment.client("lambda", region), stack.functions["bestsellers-rebuild"])
            say("in each region")

    def _silent(self, regions: Sequence[str]) -> list[str]:
        """The API addresses that do not answer with success."""
        asked = [self.layout.api, *(self.layout.regional_api(index) for index in range(len(regions)))]
        addresses = [f"{url(port)}/v1/health" for port in asked]
        return [address for address in addresses if not programs.answers(address, seconds=20)]

    def _write_endpoints(self, deployment: Deployment) -> None:
        new = self.layout.endpoints.with_suffix(".new")
        new.write_text(json.dumps(endpoints(self.layout, deployment), indent=2) + "\n")
        new.replace(self.layout.endpoints)


def edge_ports(layout: Layout, regions: Sequence[str]) -> list[int]:
    """Every port that the edge listens on."""
    regional = [
        port
        for index in range(len(regions))
        for port in (layout.regional_api(index), layout.regional_blog(index))
    ]
    return [layout.storefront, layout.api, layout.control_room, layout.blog, *regional]


def invoke(client: Any, function: str) -> None:
    """Run a function to its end. Raises UpError with what it answered when it fails."""
    patient = client.meta.config.merge(Config(read_timeout=120, retries={"total_max_attempts": 1}))
    answer = boto3.client("lambda", region_name=client.meta.region_name, config=patient).invoke(
        FunctionName=function
    )
    if "FunctionError" in answer:
        raise UpError(f"{function} failed: {answer['Payload'].read().decode(errors='replace')}")


def endpoints(layout: Layout, deployment: Deployment) -> Mapping[str, object]:
    """Where everything is, for tests and tools."""
    regions = deployment.settings.regions
    has_blog = deployment.settings.features.blog
    return {
        "api": f"{url(layout.api)}/v1",
        "storefront": url(layout.storefront),
        "regions": {
            region: {
                "api": f"{url(layout.regional_api(index))}/v1",
                **({"blog": url(layout.regional_blog(index))} if has_blog else {}),
            }
            for index, region in enumerate(regions)
        },
        **({"blog": url(layout.blog)} if has_blog else {}),
        "aws_endpoint": url(layout.aws),
        "user_pool_id": deployment.shared.user_pool_id,
        "user_pool_client_id": deployment.shared.user_pool_client_id,
        "user_pool_region": deployment.shared.user_pool_region,
        "control_room": url(layout.control_room),
    }


def addresses(layout: Layout, regions: Sequence[str], *, has_blog: bool = False) -> Table:
    """Where a person looks first."""
    table = Table(title="The shop is open", title_justify="left", title_style="bold green", show_header=False)
    table.add_column(style="bold")
    table.add_column(style="cyan")
    table.add_column(style="dim")
    table.add_row("Storefront", url(layout.storefront), "CloudFront over every region's bucket")
    if has_blog:
        table.add_row("Blog", url(layout.blog), "the first region that can show a page")
    table.add_row("Control room", url(layout.control_room), "the regions, live")
    table.add_row("API", f"{url(layout.api)}/v1", "the nearest healthy region, as Route 53 answers")
    for index, region in enumerate(regions):
        table.add_row(f"API in {region}", f"{url(layout.regional_api(index))}/v1", "this region alone")
    table.add_row(
        "AWS", url(layout.aws), f"AWS_ENDPOINT_URL; addresses for tools: {os.path.relpath(layout.endpoints)}"
    )
    return table
