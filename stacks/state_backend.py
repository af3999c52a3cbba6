"""The Terraform backend of a stack."""

import os
from pathlib import Path

from cdktf import CloudBackend, LocalBackend, NamedCloudWorkspace, S3Backend, TerraformStack

from stacks.settings import Settings


def set_backend(stack: TerraformStack, settings: Settings, region: str) -> None:
    """Add the backend that the settings choose; with `s3`, its bucket is in `region`.

    A region's state is stored in that region, so that it can be planned and changed when another region is lost.
    """
    name = stack.node.id
    match settings.state.backend:
        case "local":
            LocalBackend(stack, path=str(_local_folder() / f"{name}.tfstate"), workspace_dir=None)
        case "s3":
            _set_s3_backend(stack, settings, region)
        case "cloud":
            CloudBackend(
                stack,
                hostname=settings.state.hostname,
                organization=settings.state.organization or "",
                workspaces=NamedCloudWorkspace(name, project=settings.state.project),
            )


def _set_s3_backend(stack: TerraformStack, settings: Settings, region: str) -> None:
    S3Backend(
        stack,
        bucket=settings.state_bucket(region),
        key=f"{stack.node.id}/terraform.tfstate",
        region=region,
        encrypt=True,
    )
    # CDKTF 0.21 has no argument for S3's own lock. Stacks that read this state need none.
    stack.add_override("terraform.backend.s3.use_lockfile", True)


def _local_folder() -> Path:
    """Return an absolute folder outside cdktf.out, which may be deleted at any time."""
    return Path(os.environ.get("LOCAL_DIR", ".local")).absolute() / "state"
