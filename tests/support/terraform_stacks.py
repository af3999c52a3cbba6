"""Stacks of the deployment's shape that need no provider, for tests with the real Terraform."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stacks.settings import LocalCloud, Settings

SETTINGS = Settings(environment="test", regions=("eu-west-1", "us-west-2"), local=LocalCloud())
NEEDS = {"global": (), "one": ("global",), "two": ("global",), "edge": ("one", "two")}
"""Each region reads an output of the global stack, and the edge stack reads outputs of the regions."""


@dataclass(frozen=True)
class LocalState:
    """States in files beside the stacks' folders, written as the `cdk.tf.json` of a stack has it."""

    def backend(self, stack: str) -> dict[str, Any]:
        return {"backend": {"local": {"path": f"../../{stack}.tfstate"}}}

    def remote_state(self, stack: str) -> dict[str, Any]:
        return {"backend": "local", "config": {"path": f"../../{stack}.tfstate"}}


@dataclass(frozen=True)
class CloudState:
    """States in workspaces of HCP Terraform, as CDKTF writes it."""

    hostname: str
    organization: str

    def backend(self, stack: str) -> dict[str, Any]:
        return {"cloud": self._config(stack)}

    def remote_state(self, stack: str) -> dict[str, Any]:
        return {"backend": "remote", "config": self._config(stack)}

    def _config(self, stack: str) -> dict[str, Any]:
        return {
            "hostname": self.hostname,
            "organization": self.organization,
            "workspaces": {"name": stack},
        }


@dataclass(frozen=True)
class S3State:
    """States in a bucket, with S3's own lock, on an emulator whose address is in the environment."""

    bucket: str

    def backend(self, stack: str) -> dict[str, Any]:
        return {"backend": {"s3": {**self._config(stack), "use_lockfile": True}}}

    def remote_state(self, stack: str) -> dict[str, Any]:
        return {"backend": "s3", "config": self._config(stack)}

    def _config(self, stack: str) -> dict[str, Any]:
        skips = ("credentials_validation", "metadata_api_check", "region_validation", "requesting_account_id")
        return {
            "bucket": self.bucket,
            "key": f"{stack}/terraform.tfstate",
            "region": "eu-west-1",
            "use_path_style": True,
            "skip_s3_checksum": True,
            **{f"skip_{name}": True for name in skips},
        }


@dataclass(frozen=True)
class HttpState:
    """States on a server with GET and POST, without locks."""

    address: str

    def backend(self, stack: str) -> dict[str, Any]:
        return {"backend": {"http": self._config(stack)}}

    def remote_state(self, stack: str) -> dict[str, Any]:
        return {"backend": "http", "config": self._config(stack)}

    def _config(self, stack: str) -> dict[str, Any]:
        return {"address": f"{self.address}/{stack}"}


class TerraformStacks:
    """Stacks in `folder`, which must be CDKTF_OUTDIR. Each holds what it reads and a value of its own."""

    def __init__(
        self,
        folder: Path,
        needs: Mapping[str, tuple[str, ...]] = NEEDS,
        state: "LocalState | CloudState | S3State | HttpState" = LocalState(),
    ) -> None:
        self.folder = folder
        self.needs = needs
        self.state = state
        folder.mkdir(parents=True, exist_ok=True)
        manifest = {name: {"dependencies": list(others)} for name, others in needs.items()}
        (folder / "manifest.json").write_text(json.dumps({"stacks": manifest}))
        for name in needs:
            (folder / "stacks" / name).mkdir(parents=True, exist_ok=True)
            self.write(name, "first")

    def write(self, stack: str, value: str, **extra: object) -> None:
        """Synthesize a stack with another value; `extra` are further blocks of its document."""
        read = "".join(
            f"${{data.terraform_remote_state.{other}.outputs.held}}" for other in self.needs[stack]
        )
        document: dict[str, object] = {
            "terraform": self.state.backend(stack),
            "resource": {"terraform_data": {"held": {"input": f"{read}{stack}={value};"}}},
            "output": {"held": {"value": "${terraform_data.held.output}"}},
        }
        if self.needs[stack]:
            states = {other: self.state.remote_state(other) for other in self.needs[stack]}
            document["data"] = {"terraform_remote_state": states}
        (self.stack_folder(stack) / "cdk.tf.json").write_text(json.dumps(document | extra))

    def write_slow(self, stack: str, gate: Path) -> None:
        """A stack whose apply waits until the file `gate` exists."""
        command = f'until [ -e "{gate}" ]; do sleep 0.1; done'
        held = {"input": f"{stack}=slow;", "provisioner": [{"local-exec": {"command": command}}]}
        self.write(stack, "slow", resource={"terraform_data": {"held": held}})

    def write_failing(self, stack: str) -> None:
        """A stack whose apply fails."""
        held = {"input": f"{stack}=failed;", "provisioner": [{"local-exec": {"command": "exit 3"}}]}
        self.write(stack, "failing", resource={"terraform_data": {"held": held}})

    def stack_folder(self, stack: str) -> Path:
        return self.folder / "stacks" / stack

    def locks(self) -> list[str]:
        """The state locks that are held."""
        return [path.name for path in self.folder.glob(".*.lock.info")]

    def held(self) -> Mapping[str, str]:
        """The value of each stack that was applied. A stack whose apply still writes its state is left out."""
        outputs: dict[str, Any] = {}
        for stack in self.needs:
            # Terraform writes the state in place: a reader can find a part of it.
            with suppress(FileNotFoundError, json.JSONDecodeError):
                outputs[stack] = json.loads((self.folder / f"{stack}.tfstate").read_text())["outputs"]
        return {stack: found["held"]["value"] for stack, found in outputs.items() if "held" in found}
