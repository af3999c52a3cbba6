"""Where the state of a stack lives."""

import os
from pathlib import Path

from cdktf import CloudBackend, LocalBackend, NamedCloudWorkspace, S3Backend, TerraformStack

from stacks.settings import Settings


def keep_state(stack: TerraformStack, settings: Settings, region: str) -> None:
    """Give `stack` its backend; with `s3`, in `region`.

    A region's own state is in that region, so that it can be planned and changed when another region is away.
    """
    name = stack.node.id
    match settings.state.backend:
        case "local":
            LocalBackend(stack, path=str(_local_folder() / f"{name}.tfstate"), workspace_dir=None)
        case "s3":
            _keep_in_bucket(stack, settings, region)
        case "cloud":
            CloudBackend(
                stack,
                organization=settings.state.organization or "",
                workspaces=NamedCloudWorkspace(name, project=settings.state.project),
            )


def _keep_in_bucket(stack: TerraformStack, settings: Settings, region: str) -> None:
    S3Backend(
        stack,
        bucket=settings.state_bucket(region),
        key=f"{stack.node.id}/terraform.tfstate",
        region=region,
        encrypt=True,
    )
    # CDKTF 0.21 has no name for the lock that S3 itself keeps; readers of the state need none.
    stack.add_override("terraform.backend.s3.use_lockfile", True)


def _local_folder() -> Path:
    """An absolute folder outside cdktf.out, which may be deleted at any time."""
    return Path(os.environ.get("LOCAL_DIR", ".local")).absolute() / "state"
