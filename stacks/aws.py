"""How AWS's provider is loaded and configured; imported before anything else that touches CDKTF.

The provider's package cannot be imported as it is: its `__init__` imports all 2,180 resource modules, which takes
35 seconds on a cold machine. It is put into `sys.modules` without running that; its submodules import as ever, so
modules write plainly `from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue`. `stacks/node.py` does the same for its
JavaScript. The synthesized Terraform stays as it was: `benchmarks/synth.py` compares.
"""

import importlib.util
import sys
from typing import TYPE_CHECKING

import stacks.node  # noqa: F401  it starts while the rest is imported

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.provider import AwsProvider
    from constructs import Construct

    from stacks.settings import Settings

PROVIDER_PACKAGE = "cdktf_cdktf_provider_aws"


def _leave_provider_package_unexecuted() -> None:
    specification = importlib.util.find_spec(PROVIDER_PACKAGE)
    if specification is None:
        raise ModuleNotFoundError(f"{PROVIDER_PACKAGE} is not installed: run `make install`")
    sys.modules.setdefault(PROVIDER_PACKAGE, importlib.util.module_from_spec(specification))


_leave_provider_package_unexecuted()


def aws_provider(
    scope: "Construct", settings: "Settings", region: str, *, alias: str | None = None
) -> "AwsProvider":
    """The provider of `region`; every resource it makes carries the deployment's tags.

    Nothing here tells AWS from an emulator: the endpoint comes by `AWS_ENDPOINT_URL`, from the environment.
    """
    from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags

    return AwsProvider(
        scope,
        f"aws-{alias or 'default'}",
        alias=alias,
        region=region,
        default_tags=[AwsProviderDefaultTags(tags=settings.all_tags)],
    )
