"""How AWS's provider is loaded and configured; imported before anything else that touches CDKTF.

The provider's package cannot be imported as it is: its `__init__` imports all 2,180 resource modules, which takes
35 seconds on a cold machine. Three steps, each of which leaves the synthesized Terraform as it was, make a synth do
only what it needs:

- the Python package is put into `sys.modules` without running its `__init__`; its submodules import as ever,
  so modules write plainly `from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue`;
- jsii's Node process preloads `lazy_index.cjs`, which does the same to the package's JavaScript index;
- jsii's Python classes ask `typing.get_type_hints` about themselves with every object they make, a third of the
  time that Python spends on a synth; the answers are remembered.

`benchmarks/synth.py` measures what they are worth, and checks that the output is the same without them.
"""

import functools
import importlib.util
import json
import os
import sys
import typing
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.provider import AwsProvider
    from constructs import Construct

    from stacks.settings import Settings

PROVIDER_PACKAGE = "cdktf_cdktf_provider_aws"
_LAZY_INDEX = Path(__file__).with_name("lazy_index.cjs")


def _leave_provider_package_unexecuted() -> None:
    specification = importlib.util.find_spec(PROVIDER_PACKAGE)
    if specification is None:
        raise ModuleNotFoundError(f"{PROVIDER_PACKAGE} is not installed: run `make install`")
    sys.modules.setdefault(PROVIDER_PACKAGE, importlib.util.module_from_spec(specification))


def _preload_lazy_index() -> None:
    # json.dumps quotes the path the way NODE_OPTIONS wants it: in double quotes, backslashes escaped.
    option = f"--require={json.dumps(str(_LAZY_INDEX))}"
    inherited = os.environ.get("NODE_OPTIONS", "")
    if option not in inherited:
        os.environ["NODE_OPTIONS"] = f"{inherited} {option}".strip()


def _remember_type_hints() -> None:
    ask = typing.get_type_hints
    remembered = functools.cache(ask)

    def get_type_hints(subject: Any, *names: Any, **options: Any) -> dict[str, Any]:
        return ask(subject, *names, **options) if names or options else remembered(subject)

    typing.get_type_hints = get_type_hints  # type: ignore[assignment]


_leave_provider_package_unexecuted()
_preload_lazy_index()
_remember_type_hints()


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
