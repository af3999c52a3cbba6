"""Skips the deployment when nothing changed: compares the synthesized Terraform and the states with the last run."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import boto3

from localcloud.layout import ROOT
from stacks.settings import Settings

SYNTH_INPUTS = (
    "main.py",
    "cdktf.json",
    "Pipfile.lock",
    "package-lock.json",
    "api",
    "lambda_src",
    "modules",
    "stacks",
    "web/dist",
)
_TERRAFORM_FILES = {".terraform", ".terraform.lock.hcl", "plan", "terraform.tfstate.d"}


@dataclass(frozen=True)
class Fingerprint:
    """Hash of the applied Terraform, and the entity tag of each state object after the deployment."""

    synthesized: str
    states: dict[str, str]

    @classmethod
    def now(cls, settings: Settings, synthesized: Path) -> Self:
        """Compute the fingerprint of the synthesized Terraform and the current states."""
        return cls(_digest(synthesized / "stacks"), _states(settings))

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read the fingerprint that `write` stored; None without one."""
        try:
            return cls(**json.loads(path.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def write(self, path: Path) -> None:
        """Store the fingerprint at `path`."""
        path.write_text(json.dumps(asdict(self), indent=2))


def inputs_digest(settings: Path, environment: str) -> str:
    """Hash everything that a synth reads: sources, locks, the settings file and `environment`."""
    digest = hashlib.sha256(environment.encode())
    for path in (*(ROOT / name for name in SYNTH_INPUTS), settings):
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix != ".pyc":
                digest.update(f"{file}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _digest(folder: Path) -> str:
    """Hash every file that the synth wrote below `folder`, without Terraform's own files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not _TERRAFORM_FILES & set(inside.parts):
            digest.update(f"{inside}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _states(settings: Settings) -> dict[str, str]:
    """Entity tag of every state object, by bucket and key. Lock files are excluded."""
    tags: dict[str, str] = {}
    for region in settings.regions:
        bucket = settings.state_bucket(region)
        pages = (
            boto3.client("s3", region_name=region).get_paginator("list_objects_v2").paginate(Bucket=bucket)
        )
        for page in pages:
            for item in page.get("Contents", ()):
                if item["Key"].endswith(".tfstate"):
                    tags[f"{bucket}/{item['Key']}"] = item["ETag"]
    return tags
