"""The resources of an environment, read from the Terraform that it is synthesized to."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ops.errors import SynthesisError
from ops.synthesis import APP

_REFERENCE = re.compile(r"^\$\{(\w+)\.([\w-]+)\.")


@dataclass(frozen=True)
class Resource:
    """One resource of a stack, with the region that its provider works in."""

    type: str
    name: str
    region: str
    config: dict[str, Any]
    stack: dict[str, Any]

    def referred(self, attribute: str) -> "Resource | None":
        """The resource of the same stack that `attribute` refers to, if it is one."""
        reference = _REFERENCE.match(str(self.config.get(attribute, "")))
        if not reference:
            return None
        type_, name = reference.groups()
        config = self.stack.get("resource", {}).get(type_, {}).get(name)
        return Resource(type_, name, self.region, config, self.stack) if config else None


def synthesize(settings: Path, overrides: Mapping[str, str]) -> list[Resource]:
    """Every resource of the environment, with `overrides` as BOOKSTORE_... variables over its settings.

    Raises SynthesisError if the settings do not allow it.
    """
    with tempfile.TemporaryDirectory(prefix="cost-") as folder:
        environment = os.environ | dict(overrides)
        environment |= {"SETTINGS": str(settings), "CDKTF_OUTDIR": folder}
        run = subprocess.run(APP, env=environment, capture_output=True, text=True, check=False)
        if run.returncode:
            raise SynthesisError((run.stderr or run.stdout).strip().rpartition("\n")[2])
        stacks = [json.loads(path.read_text()) for path in sorted(Path(folder).glob("stacks/*/cdk.tf.json"))]
    return [resource for stack in stacks for resource in resources_of(stack)]


def resources_of(stack: dict[str, Any]) -> Iterator[Resource]:
    """The resources of one stack's `cdk.tf.json`."""
    regions = {
        ".".join(filter(None, ("aws", provider.get("alias")))): provider["region"]
        for provider in stack["provider"]["aws"]
    }
    for type_, named in stack.get("resource", {}).items():
        for name, config in named.items():
            yield Resource(type_, name, regions[config.get("provider", "aws")], config, stack)
