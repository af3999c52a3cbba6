"""Base of all stacks: backend, provider, outputs, permissions boundary."""

from collections.abc import Mapping
from pathlib import Path

from cdktf import TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

from modules.support.stack_files import Archives
from stacks.emulator_drift import ignore_emulator_drift
from stacks.settings import Settings
from stacks.state_backend import set_backend

ARCHIVES = Archives(Path(__file__).parent.parent / "lambda_src")
"""Shared by all stacks, so that all regions run the same bytes."""


class BaseStack(TerraformStack):
    """A stack of an environment, in one region. Subclasses call `finish` once all resources exist."""

    def __init__(self, scope: Construct, id: str, *, settings: Settings, region: str) -> None:
        super().__init__(scope, id)
        self.settings = settings
        self.region = region
        set_backend(self, settings, region)
        aws_provider(self, settings, region)

    def finish(self, outputs: Mapping[str, object], *, descriptions: Mapping[str, str] | None = None) -> None:
        """Write `outputs` under exactly these names, and apply the settings that hold for all resources."""
        scope = Construct(self, "outputs")
        for name, value in outputs.items():
            description = (descriptions or {}).get(name)
            TerraformOutput(scope, name, value=value, description=description, static_id=True)
        if self.settings.permissions_boundary:
            self._limit_roles(self.settings.permissions_boundary)
        if self.settings.has_emulator_drift:
            ignore_emulator_drift(self)

    def _limit_roles(self, boundary: str) -> None:
        for construct in self.node.find_all():
            if isinstance(construct, IamRole):
                construct.permissions_boundary = boundary


def aws_provider(
    scope: Construct, settings: Settings, region: str, *, alias: str | None = None
) -> AwsProvider:
    """Add a provider for `region`, which tags every resource.

    An emulator's endpoint comes from `AWS_ENDPOINT_URL` in the environment, never from here.
    """
    return AwsProvider(
        scope,
        f"aws-{alias or 'default'}",
        alias=alias,
        region=region,
        default_tags=[AwsProviderDefaultTags(tags=settings.all_tags)],
    )
