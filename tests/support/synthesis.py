"""Synthesized Terraform as dictionaries."""

import atexit
import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider

from stacks.settings import Settings

Body = Mapping[str, Any]

ON_AWS: Mapping[str, Any] = {
    "environment": "prod",
    "domain": "books.example.com",
    "regions": ["eu-west-1", "ap-southeast-1"],
    "state": {"backend": "s3", "bucket_prefix": "books-example-state"},
}

ACCOUNT = "111122223333"

EVERYTHING: Mapping[str, Any] = {
    "features": {
        "storefront": True,
        "alarms": True,
        "waf": True,
        "blog": True,
        "delivery": True,
        "canary": True,
        "fault_injection": True,
    },
    "delivery": {"repository": "someone/bookstore"},
    "blog": {"image_tag": "1"},
    "email": {
        "sender": "Books <no-reply@books.example.com>",
        "identity": f"arn:aws:ses:eu-west-1:{ACCOUNT}:identity/books.example.com",
    },
}
"""Changes for all features."""

CHANGED: Mapping[str, Any] = {
    **EVERYTHING,
    "blog": {
        "image_tag": "1",
        "admin_addresses": [f"203.0.113.{number}/32" for number in range(7)],
        "secret_version": 2,
        "tasks_minimum": 3,
        "tasks_maximum": 9,
        "nat": True,
    },
    "budget": {"usd_a_month": 200},
    "cache": {"mode": "replicated"},
    "firewall": {"requests_per_5_minutes": 500},
    "identity": {"tier": "PLUS"},
    "log_retention_days": 365,
    "observability": {"emails": ["a@example.com", "b@example.com"], "trace_rate": 0.5},
    "permissions_boundary": f"arn:aws:iam::{ACCOUNT}:policy/boundary",
    "routing": {"policy": "failover", "health_check_interval": 30, "health_check_threshold": 3},
    "tags": {"CostCenter": "books"},
}
"""All features, and values other than the defaults. Tests share it, because each synth costs several seconds."""

CODECOMMIT: Mapping[str, Any] = {
    "features": {"delivery": True},
    "delivery": {"source": "codecommit", "repository": "bookstore"},
}
"""Delivery from the other source."""

LOCAL: Mapping[str, Any] = {
    **EVERYTHING,
    "environment": "local",
    "local": {
        "redis": {"eu-west-1": "redis://127.0.0.1:4580/0", "ap-southeast-1": "redis://127.0.0.1:4581/0"}
    },
}
"""All features on the local cloud."""


@dataclass(frozen=True)
class Resource:
    """A resource or data source."""

    kind: str
    id: str
    body: Body

    @property
    def address(self) -> str:
        """Its Terraform address."""
        return f"{self.kind}.{self.id}"


@dataclass(frozen=True)
class Stack:
    """Terraform of one stack."""

    document: Body

    def resources(self, kind: str | None = None) -> list[Resource]:
        """All resources, or those of one type."""
        return list(_each(self.document.get("resource", {}), kind))

    def data(self, kind: str | None = None) -> list[Resource]:
        """All data sources, or those of one type."""
        return list(_each(self.document.get("data", {}), kind))

    def only(self, kind: str) -> Body:
        """Arguments of the only resource of a type."""
        (resource,) = self.resources(kind)
        return resource.body

    def find(self, kind: str, **values: Any) -> Resource:
        """The only resource of a type with these arguments."""
        (found,) = [
            each
            for each in self.resources(kind)
            if all(each.body.get(name) == value for name, value in values.items())
        ]
        return found


@dataclass(frozen=True)
class Shop:
    """An environment's stacks and the folder they were written to."""

    name: str
    folder: Path
    stacks: Mapping[str, Stack]

    def __getitem__(self, short_name: str) -> Stack:
        return self.stacks[f"{self.name}-{short_name}"]


def shop(**changes: Any) -> Shop:
    """Synthesize all stacks for AWS with changed settings, once in a test run; only to be read."""
    return _shop(Settings(**{**ON_AWS, **changes}).model_dump_json())


@cache
def _shop(values: str) -> Shop:
    """Read what this or another process of the test run synthesized; the first one synthesizes, others wait."""
    settings = Settings(**json.loads(values))
    place = _run_folder() / hashlib.sha256(values.encode()).hexdigest()
    place.mkdir(exist_ok=True)
    folder, complete = place / "out", place / "complete"
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            _write(settings, folder)
            complete.touch()
    return _read_shop(settings, folder)


@cache
def _run_folder() -> Path:
    """The folder that all processes of a test run share. A process without one has its own, removed when it exits."""
    if shared := os.environ.get("TEST_RUN_FOLDER"):
        return Path(shared)
    own = TemporaryDirectory(prefix="synthesis-")
    atexit.register(own.cleanup)
    return Path(own.name)


def new_folder() -> Path:
    """An empty folder, removed after the test run."""
    return Path(mkdtemp(dir=_run_folder()))


def synthesize(settings: Settings, folder: Path) -> Shop:
    """Synthesize every stack into `folder` and read it."""
    _write(settings, folder)
    return _read_shop(settings, folder)


def write(folder: Path, changes: Mapping[str, Any]) -> None:
    """Write the settings with these changes as a file or as environment variables."""
    _write(Settings(**{**ON_AWS, **changes}), folder)


def _write(settings: Settings, folder: Path) -> None:
    from stacks.app import build

    app = App(outdir=str(folder))
    build(app, settings, web_dist=web_dist())
    app.synth()


def _read_shop(settings: Settings, folder: Path) -> Shop:
    written = {file.parent.name: _read(file) for file in folder.glob("stacks/*/cdk.tf.json")}
    return Shop(settings.name, folder, written)


def construct(make: Callable[[TerraformStack], object], region: str = "eu-west-1") -> Stack:
    """Synthesize a stack that contains what `make` adds."""
    folder = new_folder()
    app = App(outdir=str(folder))
    stack = TerraformStack(app, "stack")
    AwsProvider(stack, "aws", region=region)
    make(stack)
    app.synth()
    return _read(folder / "stacks" / "stack" / "cdk.tf.json")


@cache
def web_dist() -> Path:
    """Return a folder with the smallest possible build of the storefront."""
    folder = new_folder()
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>Books</title>")
    for name in ("index-0a1b2c3d.js", "index-0a1b2c3d.js.br"):
        (folder / "assets" / name).write_text("export {};")
    return folder


def _read(file: Path) -> Stack:
    return Stack(json.loads(file.read_text()))


def _each(kinds: Body, wanted: str | None) -> Iterator[Resource]:
    for kind, bodies in kinds.items():
        if wanted in {None, kind}:
            for id, body in bodies.items():
                yield Resource(kind, id, body)
