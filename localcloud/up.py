"""`up`: starts the local cloud, deploys and seeds it, in steps that can be repeated."""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3

from localcloud import disk_space, programs
from localcloud.account_defaults import create_managed_keys
from localcloud.addresses import addresses, blog_row, edge_ports, write_endpoints
from localcloud.blog.installation import ensure_runnable
from localcloud.blog.mariadb import DatabaseError
from localcloud.blog.service import Blog
from localcloud.blog.wordpress import WordPressUnavailableError
from localcloud.deployment_fingerprint import Fingerprint, inputs_digest
from localcloud.environment import export, local_environment
from localcloud.layout import ROOT, Layout, url
from localcloud.processes import Part, Supervisor, raise_descriptor_limit
from localcloud.redis_program import redis_program
from localcloud.step_output import BackgroundStep, Steps, StepSkipped
from ops.aws import invoke
from ops.catalog.loader import load
from ops.checkout_lock import checkout_lock
from ops.deployment import DeployedRegions, Deployment
from ops.errors import OperatorError
from ops.faults import find_faults
from ops.rollout import Opening, deploy_stacks
from ops.state_buckets import ensure_state_bucket
from ops.synthesis import stack_order, synthesis
from ops.terraform.interruption import stop_requested
from stacks.settings import Settings

CATALOG = ROOT / "data" / "catalog.csv"
EDGE_SECONDS = 180
"""How long the edge may need on a busy machine to read the outputs of a new deployment and its zone."""


class UpError(OperatorError):
    """The local cloud cannot come up. The message names the remedy."""


@dataclass(frozen=True)
class Up:
    """One run of `up`. After a failure the caller of `run` stops the started parts: `supervisor.undo()`."""

    layout: Layout
    settings: Path
    steps: Steps
    supervisor: Supervisor
    blog_wanted: bool = False
    """Fail when the blog cannot run, instead of going on without it."""

    def run(self) -> None:
        """Bring everything up. Raises UpError, or the error of the step that failed."""
        environment = Settings.load(self.settings)
        if not environment.is_local:
            raise UpError(
                f"{self.settings} has no [local] table, so it is for AWS: deploy it with `make deploy`"
            )
        self._check_machine()
        regions = environment.regions
        if environment.features.blog:
            self._prepare_blog()
        export(local_environment(self.layout, self.settings, regions))
        settings = Settings.load(self.settings)
        with checkout_lock("up"), self._synthesis() as finish_synthesis:
            redis_is_new = self._start(regions)
            # Before anything calls AWS: a drill may have made a region's APIs unavailable.
            is_sound = not self.layout.outputs.exists() or self._heal(settings)
            blog = self._begin_blog(regions) if settings.features.blog else None
            with self.steps.step("Account prepared") as say:
                create_managed_keys(regions)
                say(", ".join(self._ensure_state_buckets(settings)))
            with self.steps.step("Terraform synthesized") as say:
                say(finish_synthesis())
            self._remove_stale_locks(settings)
            blog_follows = self._deploy(settings, blog, redis_is_new=redis_is_new, is_sound=is_sound)
        if blog and blog_follows and blog.finish():
            write_endpoints(self.layout, Deployment.read(settings, self.layout.outputs), has_blog=True)
            self.steps.console.print(" ".join(("Blog:", *blog_row(self.layout, url(self.layout.blog)))))
        self.steps.console.print(
            f"First, open the control room and start the tour: {url(self.layout.control_room)}"
        )

    def _check_machine(self) -> None:
        """Raises UpError without disk space, file descriptors or emulators, and RedisMissingError."""
        if no_room := disk_space.too_small(self.layout.directory):
            raise UpError(no_room)
        raise_descriptor_limit()
        if not self.layout.emulators.exists():
            raise UpError(f"no emulators in {self.layout.emulators}: `make up` installs them")
        redis_program()

    def _prepare_blog(self) -> None:
        """Install what the blog needs, or record why it cannot run; its address is then not published.

        Raises UpError where the blog is required.
        """
        missing = self.layout.blog_missing
        with self.steps.step("Blog's programs") as say:
            try:
                ensure_runnable()
                missing.unlink(missing_ok=True)
            except WordPressUnavailableError as reason:
                if self.blog_wanted:
                    raise UpError(f"the blog cannot run here: {reason}") from reason
                missing.parent.mkdir(parents=True, exist_ok=True)
                missing.write_text(str(reason), encoding="utf-8")
                say("missing; the rest comes up without the blog")

    def _show_addresses(self, deployment: Deployment, blog: BackgroundStep | None, *, deployed: bool) -> None:
        """Publish the addresses. The blog's follow when it is `deployed` and runs."""
        runs = bool(blog and blog.finish(wait=False))
        has_blog = runs and deployed
        state = (url(self.layout.blog) if has_blog else blog.skipped or "starting") if blog else ""
        write_endpoints(self.layout, deployment, has_blog=has_blog)
        self.steps.console.print(addresses(self.layout, deployment.settings.regions, blog=state))

    @contextmanager
    def _synthesis(self) -> Iterator[Callable[[], str]]:
        """Synthesize beside the body, unless nothing changed that a synth reads.

        The body calls the yielded function to wait for the end; it returns a summary.
        """
        mark = self.layout.cloud / "synthesized-from"
        inputs = inputs_digest(self.settings, os.environ["BOOKSTORE_LOCAL"])
        is_current = (self.layout.synthesized / "manifest.json").exists() and mark.exists()
        if is_current and mark.read_text(encoding="utf-8") == inputs:
            yield lambda: f"{len(stack_order())} stacks, unchanged"
            return
        mark.unlink(missing_ok=True)
        with synthesis(self.settings, self.layout.log("synth")) as finish:

            def finish_and_mark() -> str:
                finish()
                mark.write_text(inputs, encoding="utf-8")
                return f"{len(stack_order())} stacks"

            yield finish_and_mark

    def _remove_stale_locks(self, settings: Settings) -> None:
        """Remove locks of Terraform's states. Their processes are gone: this process holds the checkout's lock."""
        for region in settings.regions:
            bucket = settings.state_bucket(region)
            s3 = boto3.client("s3", region_name=region)
            for item in s3.list_objects_v2(Bucket=bucket).get("Contents", ()):
                if item["Key"].endswith(".tflock"):
                    s3.delete_object(Bucket=bucket, Key=item["Key"])
                    self.steps.console.print(
                        f"removed the lock of a Terraform that has ended: {bucket}/{item['Key']}",
                        style="yellow",
                        soft_wrap=True,  # a path is copied whole
                    )

    def _start(self, regions: Sequence[str]) -> bool:
        """Start the parts that do not run. Returns whether a Redis server is new and therefore empty."""
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
        with self.steps.step("Redis, one per region") as say:
            started = [self.supervisor.ensure(part) for part in redis]
            say(f"ports {', '.join(str(part.port) for part in redis)}")
        with self.steps.step("Edge") as say:
            say(self._start_part(edge))
        return any(started)

    def _begin_blog(self, regions: Sequence[str]) -> BackgroundStep:
        """Start the RDS proxy, which Terraform needs, and begin to start WordPress in the background."""
        blog = Blog(self.layout, regions, self.supervisor)
        with self.steps.step("Aurora's control plane"):
            blog.start_control_plane()
        return self.steps.background("Blog", lambda: self._start_blog(blog))

    def _start_blog(self, blog: Blog) -> str:
        """Raises StepSkipped where the blog cannot run; its own error where the blog is required."""
        if self.layout.blog_missing.exists():
            raise StepSkipped(self.layout.blog_missing.read_text(encoding="utf-8"))
        try:
            return blog.start()
        except (OperatorError, DatabaseError, OSError, subprocess.SubprocessError) as error:
            if self.blog_wanted:
                raise
            raise StepSkipped(f"it did not start: {error}") from error

    def _start_part(self, part: Part) -> str:
        new = self.supervisor.ensure(part)
        return f"port {part.port}{'' if new else ', was running'}"

    def _refuse_taken_ports(self, wanted: Sequence[Part], regions: Sequence[str]) -> None:
        """Raises UpError with all ports that other programs use."""
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

    def _deploy(
        self, settings: Settings, blog: BackgroundStep | None, *, redis_is_new: bool, is_sound: bool
    ) -> bool:
        """Deploy unless nothing would change and `is_sound`, and open the shop as soon as its own stacks are applied.

        Returns whether the blog's address is still to be published.
        """
        marks = self.layout.cloud / "deployed.json"
        now = Fingerprint.now(settings, self.layout.synthesized)
        if (
            is_sound
            and self.layout.outputs.exists()
            and Fingerprint.read(marks) == now
            and not self._silent(settings.regions)
        ):
            with self.steps.step("Deployed") as say:
                say("as synthesized: same Terraform, same state, every region answers")
            deployment = Deployment.read(settings, self.layout.outputs)
            if redis_is_new:
                self._rebuild_bestsellers(deployment)
            self._show_addresses(deployment, blog, deployed=True)
            return blog is not None and not blog.is_printed
        with self.steps.step("Deployed", own_display=True):
            log = self.layout.log("deploy")
            log.unlink(missing_ok=True)
            outputs = deploy_stacks(
                settings,
                console=self.steps.console,
                log=log,
                at_once=True,
                opening=Opening(
                    load_catalog=lambda outputs: self._load_catalog(DeployedRegions.of(settings, outputs)),
                    open_shop=lambda outputs: self._open_shop(Deployment.of(settings, outputs), blog),
                ),
            )
        Deployment.of(settings, outputs).write(self.layout.outputs)
        Fingerprint.now(settings, self.layout.synthesized).write(marks)
        return True

    def _heal(self, settings: Settings) -> bool:
        """Heal what a killed drill or an operator left. Returns False when only a deployment restores it."""
        for fault in find_faults(settings):
            self.steps.console.print(fault.description, style="yellow", markup=False)
            if fault.heal is None:
                return False
            with self.steps.step("Healed"):
                fault.heal()
        return True

    def _load_catalog(self, deployed: DeployedRegions) -> None:
        """Load the catalog and count the best sellers, while the edge deploys."""
        self._seed(deployed)
        self._rebuild_bestsellers(deployed)

    def _open_shop(self, deployment: Deployment, blog: BackgroundStep | None) -> None:
        """Publish the addresses once every region answers, while the blog deploys."""
        deployment.write(self.layout.outputs)
        with self.steps.step("Every region answers", own_display=True):
            if silent := self._silent_after_wait(deployment.settings.regions):
                raise UpError(
                    f"the health check of {', '.join(silent)} fails. Logs: {self.layout.cloud / 'logs'}"
                )
        self._show_addresses(deployment, blog, deployed=False)

    def _seed(self, deployment: DeployedRegions) -> None:
        with self.steps.step("Catalog loaded", own_display=True) as say:
            report = load(deployment, CATALOG)
            say(f"{report.loaded} books in {len(report.categories)} categories")

    def _rebuild_bestsellers(self, deployment: DeployedRegions) -> None:
        with self.steps.step("Bestsellers counted", own_display=True) as say:
            with ThreadPoolExecutor() as pool:
                functions = [stack.functions["bestsellers-rebuild"] for stack in deployment.regions.values()]
                list(pool.map(invoke, functions, deployment.regions))
            say("in each region")

    def _silent_after_wait(self, regions: Sequence[str]) -> list[str]:
        """API addresses without success until the edge has had time to read the outputs and the zone."""
        deadline = time.monotonic() + EDGE_SECONDS
        while (silent := self._silent(regions)) and time.monotonic() < deadline and not stop_requested():
            time.sleep(0.5)
        return silent

    def _silent(self, regions: Sequence[str]) -> list[str]:
        """API addresses whose health check does not succeed."""
        asked = [self.layout.api, *(self.layout.regional_api(index) for index in range(len(regions)))]
        addresses = [f"{url(port)}/v1/health" for port in asked]
        return [address for address in addresses if not programs.answers(address, seconds=20)]
