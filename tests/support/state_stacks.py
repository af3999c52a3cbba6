"""Small stacks with the application's state backend, and Terraform to deploy them."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cdktf import App, DataResource, LocalExecProvisioner, TerraformOutput, TerraformStack

from stacks.settings import Settings
from stacks.state_backend import set_backend


def synthesize(settings: Settings, folder: Path) -> None:
    """Synthesize a global stack and, per region, a stack that reads it.

    A region's stack creates one resource at once and a second one when the file named by GATE exists.
    """
    app = App(outdir=str(folder))
    global_stack = TerraformStack(app, f"{settings.name}-global")
    set_backend(global_stack, settings, settings.primary)
    shared = DataResource(global_stack, "shared", input={"text": "read by all regions"})
    for region in settings.regions:
        stack = TerraformStack(app, f"{settings.name}-{region}")
        set_backend(stack, settings, region)
        first = DataResource(stack, "first", input={"text": shared.output.lookup("text")})
        DataResource(
            stack,
            "second",
            depends_on=[first],
            provisioners=[
                LocalExecProvisioner(
                    type="local-exec", command='until [ -e "$GATE" ]; do sleep 0.1; done', when="create"
                )
            ],
        )
        TerraformOutput(stack, "received", value=first.output)
    app.synth()


@dataclass(frozen=True)
class Terraform:
    """Terraform in one stack's folder; a slow apply waits for the file `gate`."""

    folder: Path
    gate: Path

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command."""
        return subprocess.Popen(
            ["terraform", f"-chdir={self.folder}", *arguments],
            env=os.environ | {"GATE": str(self.gate)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command; returns exit code and output."""
        process = self.start(*arguments)
        said, _ = process.communicate()
        return process.returncode, said

    def init(self) -> None:
        """Run `terraform init`."""
        code, said = self.run("init", "-no-color")
        assert code == 0, said

    def resources(self) -> list[str]:
        """Addresses of the resources in the state."""
        code, said = self.run("state", "list")
        assert code == 0, said
        return said.split()
