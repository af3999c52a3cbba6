"""Whether what runs is what the checkout would deploy: the honest short way round a deployment without changes."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import boto3

from stacks.settings import Settings

_TERRAFORMS_OWN = {".terraform", ".terraform.lock.hcl", "plan", "terraform.tfstate.d"}


@dataclass(frozen=True)
class Deployed:
    """Marks of one deployment: of the Terraform that was applied and of the states that it left."""

    synthesized: str
    states: dict[str, str]

    @classmethod
    def now(cls, settings: Settings, synthesized: Path) -> Self:
        """The marks of what is synthesized and of the states as they are."""
        return cls(_digest(synthesized / "stacks"), _states(settings))

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """The marks that `write` left after the last deployment, if there was one."""
        try:
            return cls(**json.loads(path.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def write(self, path: Path) -> None:
        """Keep the marks at `path`."""
        path.write_text(json.dumps(asdict(self), indent=2))


def _digest(folder: Path) -> str:
    """One hash of every file that a synth wrote below `folder`, leaving out what Terraform put there."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not _TERRAFORMS_OWN & set(inside.parts):
            digest.update(f"{inside}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _states(settings: Settings) -> dict[str, str]:
    """The entity tag of every state object, by bucket and key; a lock is no state."""
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
