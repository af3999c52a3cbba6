"""Runs the walkthrough's commands against the emulator, in a copy of the checkout made of links."""

import json
import os
import re
import shutil
import subprocess
import time
import tomllib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from localcloud.account_defaults import create_managed_keys
from localcloud.environment import export, local_environment
from localcloud.layout import ROOT, Layout, url
from localcloud.processes import Supervisor
from localcloud.programs import aws_part, edge_part
from localcloud.rehearsal.host_names import serving
from localcloud.rehearsal.plan_requests import missing_actions
from localcloud.rehearsal.walkthrough import PAGES, Step, expected_failure, steps
from ops import provider_mirror
from ops.deployment import Deployment, terraform_outputs
from ops.errors import OperatorError
from stacks.settings import Settings

NOT_EMULATED = (
    "X-Ray's sampling rules, the logs of web ACLs and the regions of Route 53's health checkers: not created",
    "the attributes in stacks/emulator_drift.py: not compared",
    "ElastiCache: no server runs behind its address, so bestsellers stay empty and `make status` may end with 1",
    "ACM issues certificates at once, without the delegation of the domain",
    "the blog and the pipeline: switched off",
    "CloudFront, resolvers, alarms and their delays: `make up` has replacements for the first two only",
)
"""Parts of AWS that a rehearsal does not test."""
EXAMPLE = {"environment": '"trial"', "domain": '"books.example.com"'}
"""The values that page 1 of the walkthrough sets in a copy of settings/example.toml."""
WATCH = re.compile(r"^watch -n \d+ ")
WATCH_SECONDS = 120
DEPLOYS = ("make deploy", "make remove-region")


class RehearsalError(Exception):
    """A command failed. The message has its output."""


@dataclass(frozen=True)
class Rehearsal:
    """One rehearsal. `folder` holds the links and, in `settings/mine.toml`, the settings."""

    layout: Layout
    folder: Path
    settings: Settings

    @classmethod
    def prepare(cls, settings: Path | None) -> Self:
        """Make the copy of the checkout. Raises SettingsError, RehearsalError."""
        layout = Layout.from_environment()
        layout = replace(layout, directory=layout.directory / "rehearsal")
        Supervisor(layout.cloud / "processes", layout.log).stop_all()
        shutil.rmtree(layout.directory, ignore_errors=True)
        folder = layout.directory / "checkout"
        _link_checkout(folder)
        example = folder / "settings" / "example.toml"
        if settings:
            shutil.copy(settings, example)
        else:
            set_values(example, EXAMPLE)
        os.environ.update(BOOKSTORE_EMULATED="true", BOOKSTORE_FEATURES__BLOG="false")
        os.environ.update(BOOKSTORE_FEATURES__DELIVERY="false", RECORD_REQUESTS="1")
        chosen = Settings.load(example)
        if not chosen.ci.repository:
            os.environ["BOOKSTORE_CI__REPOSITORY"] = "owner/name"
        if chosen.is_local or chosen.state.backend != "s3":
            raise RehearsalError(f"{settings} is not for AWS with backend 's3', which a rehearsal needs")
        return cls(layout, folder, chosen)

    def run(self) -> None:
        """Run every command. Raises RehearsalError at the end, with the commands that failed."""
        failed = []
        supervisor = Supervisor(self.layout.cloud / "processes", self.layout.log)
        provider_mirror.use()
        with ExitStack() as cleanup:
            cleanup.callback(supervisor.stop_all)
            supervisor.ensure(aws_part(self.layout))
            export(self._environment())
            create_managed_keys(self.settings.regions)
            os.environ.update(cleanup.enter_context(serving(self._hosts(), self.folder)))
            for number, page in enumerate(PAGES, 1):
                self._set_regions(1 if number < 3 else len(self.settings.regions))
                for step in steps(page):
                    try:
                        self._do(step, supervisor)
                    except (RehearsalError, OperatorError) as failure:
                        print(failure, flush=True)
                        failed.append(step.command)
        print("\nNot emulated:", *(f"  {each}" for each in NOT_EMULATED), sep="\n")
        if failed:
            raise RehearsalError("\n".join(["failed:", *failed]))

    def _environment(self) -> dict[str, str]:
        mine = self.folder / "settings" / "mine.toml"
        (self.folder / ".curlrc").write_text("no-progress-meter\n", encoding="utf-8")
        environment = local_environment(self.layout, mine, self.settings.regions)
        # The variables of a make that started the rehearsal would change the make of its commands.
        for name in ("BOOKSTORE_LOCAL", "DEPLOYMENT_OUTPUTS", "SETTINGS", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
            environment.pop(name, None)
            os.environ.pop(name, None)
        return environment | {
            "AWS_ENDPOINT_URL_RDS": url(self.layout.aws),
            "CDKTF_OUTDIR": str(self.folder / "cdktf.out"),
            "CURL_HOME": str(self.folder),
        }

    def _hosts(self) -> Mapping[str, int]:
        settings, layout = self.settings, self.layout
        regional = {
            settings.api_host(region): layout.regional_api(index)
            for index, region in enumerate(settings.regions)
        }
        return {settings.domain: layout.storefront, settings.api_host(): layout.api, **regional}

    def _set_regions(self, count: int) -> None:
        mine = self.folder / "settings" / "mine.toml"
        if mine.exists():
            set_values(mine, {"regions": str(list(self.settings.regions[:count])).replace("'", '"')})

    def _do(self, step: Step, supervisor: Supervisor) -> None:
        command = self._with_names(step.command)
        print(f"\n[{step.page}] $ {command}", flush=True)
        if step.left_out:
            print(f"left out: {step.left_out}")
            return
        began = time.monotonic()
        recorded = self._recorded()
        output = self._watch(command) if WATCH.match(command) else self._run(command)
        print(output.rstrip())
        print(f"({time.monotonic() - began:.0f} s)", flush=True)
        if command.startswith("cp "):
            self._set_regions(1)
        if command.startswith("make plan "):
            self._keep_requests(recorded)
        if command.startswith("make bootstrap-ci"):
            self._check_plan_role()
        if command.startswith(DEPLOYS):
            self._serve(supervisor)

    def _with_names(self, command: str) -> str:
        """The command with the names of these settings instead of the walkthrough's."""
        first, second = (*self.settings.regions, "ap-southeast-1")[:2]
        names = {
            "bookstore-trial": self.settings.name,
            "books.example.com": self.settings.domain,
            "eu-west-1": first,
            "ap-southeast-1": second,
        }
        return re.sub("|".join(names), lambda found: names[found[0]], command)

    def _run(self, command: str) -> str:
        process = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if not process.returncode:
            return process.stdout
        if reason := expected_failure(command, process.stdout):
            return f"{process.stdout}\nexpected exit code {process.returncode}: {reason}"
        raise RehearsalError(f"{process.stdout}\nended with exit code {process.returncode}")

    def _watch(self, command: str) -> str:
        """Repeat what `watch` repeats until its output changes."""
        watched = WATCH.sub("", command)
        before = after = self._run(watched)
        deadline = time.monotonic() + WATCH_SECONDS
        while after == before and time.monotonic() < deadline:
            time.sleep(1)
            after = self._run(watched)
        return f"{before}\n{after}"

    def _serve(self, supervisor: Supervisor) -> None:
        """Let the edge serve what is deployed now."""
        mine = self.folder / "settings" / "mine.toml"
        settings = Settings.load(mine)
        Deployment.of(settings, terraform_outputs(settings)).write(self.layout.outputs)
        supervisor.ensure(edge_part(self.layout, mine, settings.regions))

    def _recorded(self) -> int:
        """Size of the file with the emulator's requests."""
        return self.layout.requests.stat().st_size if self.layout.requests.exists() else 0

    def _keep_requests(self, start: int) -> None:
        """Copy the requests of the last plan to a file."""
        with self.layout.requests.open("rb") as recorded, self._plans.open("ab") as plans:
            recorded.seek(start)
            shutil.copyfileobj(recorded, plans)

    @property
    def _plans(self) -> Path:
        return self.folder / "plan-requests.jsonl"

    def _check_plan_role(self) -> None:
        """Raises RehearsalError for requests of the plans that the role of GitHub's plans may not send."""
        stack = self.folder / "cdktf.out" / "ci" / "stacks" / f"{self.settings.name}-ci" / "cdk.tf.json"
        document = json.loads(stack.read_text(encoding="utf-8"))["data"]["aws_iam_policy_document"]
        if missing := missing_actions(self._plans, document):
            raise RehearsalError(f"the plan role lacks {', '.join(sorted(missing))}")
        print("The plan role may send every request of the plans above.")


def _link_checkout(folder: Path) -> None:
    """Make `folder` a checkout of links, with settings and results of its own."""
    folder.mkdir(parents=True)
    for entry in ROOT.iterdir():
        if entry.name not in {".git", ".local", "cdktf.out", "settings"}:
            (folder / entry.name).symlink_to(entry)
    shutil.copytree(ROOT / "settings", folder / "settings")
    (folder / ".local").mkdir()
    for name in ("installed", "tools", "emulators", provider_mirror.FOLDER.name):
        (folder / ".local" / name).symlink_to(ROOT / ".local" / name)


def set_values(file: Path, values: Mapping[str, str]) -> None:
    """Set top-level keys of a TOML file, which has each of them once."""
    text = file.read_text(encoding="utf-8")
    for key, value in values.items():
        text = re.sub(
            rf"^{key} = (\[.*?\]|[^\n]*)", f"{key} = {value}", text, count=1, flags=re.MULTILINE | re.DOTALL
        )
    tomllib.loads(text)
    file.write_text(text, encoding="utf-8")
