"""Where Terraform runs, and finds what is not Terraform: archives of functions, files to upload."""

from pathlib import Path

from cdktf import App, TerraformStack
from constructs import Construct


def stack_folder(scope: Construct) -> Path:
    """The folder that the stack of `scope` is synthesized into.

    Terraform runs there, here and in HCP Terraform, which uploads nothing from outside of it. So what a stack names
    by a path lies there too, and what is applied is what was planned.
    """
    return Path(App.of(scope).outdir, "stacks", TerraformStack.of(scope).node.id)
