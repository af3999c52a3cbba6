"""Stacks of the deployment's shape that need no provider, for tests with the real Terraform."""

import json
from collections.abc import Mapping
from pathlib import Path

from stacks.settings import LocalCloud, Settings

SETTINGS = Settings(environment="test", regions=("eu-west-1", "us-west-2"), local=LocalCloud())
NEEDS = {"global": (), "one": ("global",), "two": ("global",), "edge": ("one", "two")}
"""Each region reads an output of the global stack, and the edge stack reads outputs of the regions."""


class TerraformStacks:
    """Stacks in `folder`, which must be CDKTF_OUTDIR. Each holds what it reads and a value of its own."""

    def __init__(self, folder: Path, needs: Mapping[str, tuple[str, ...]] = NEEDS) -> None:
        self.folder = folder
        self.needs = needs
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
            "terraform": {"backend": {"local": {"path": f"../../{stack}.tfstate"}}},
            "resource": {"terraform_data": {"held": {"input": f"{read}{stack}={value};"}}},
            "output": {"held": {"value": "${terraform_data.held.output}"}},
        }
        if self.needs[stack]:
            states = {
                other: {"backend": "local", "config": {"path": f"../../{other}.tfstate"}}
                for other in self.needs[stack]
            }
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
        """The value of each stack that was applied."""
        states = {stack: self.folder / f"{stack}.tfstate" for stack in self.needs}
        outputs = {
            stack: json.loads(state.read_text())["outputs"]
            for stack, state in states.items()
            if state.exists()
        }
        return {stack: found["held"]["value"] for stack, found in outputs.items() if "held" in found}
