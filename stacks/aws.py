"""How AWS's provider is loaded and configured; imported before anything else that touches CDKTF.

The provider's package cannot be imported as it is: its `__init__` imports all 2,180 resource modules, which takes
35 seconds on a cold machine. Some steps, each of which leaves the synthesized Terraform as it was, make a synth do
only what it needs:

- the Python package is put into `sys.modules` without running its `__init__`; its submodules import as ever,
  so modules write plainly `from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue`;
- jsii's Node process preloads `node_preload.cjs`, which does the same to the package's JavaScript index, and spares
  each message the way through a second process;
- Node starts and reads the packages beside Python, which goes on importing and waits for no answer;
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
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsii
from jsii._kernel.providers.process import ProcessProvider
from jsii._kernel.types import LoadRequest, LoadResponse

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.provider import AwsProvider
    from constructs import Construct

    from stacks.settings import Settings

PROVIDER_PACKAGE = "cdktf_cdktf_provider_aws"
_NODE_PRELOAD = Path(__file__).with_name("node_preload.cjs")


def _leave_provider_package_unexecuted() -> None:
    specification = importlib.util.find_spec(PROVIDER_PACKAGE)
    if specification is None:
        raise ModuleNotFoundError(f"{PROVIDER_PACKAGE} is not installed: run `make install`")
    sys.modules.setdefault(PROVIDER_PACKAGE, importlib.util.module_from_spec(specification))


def _preload_into_node() -> None:
    # json.dumps quotes the path the way NODE_OPTIONS wants it: in double quotes, backslashes escaped.
    option = f"--preserve-symlinks --require={json.dumps(str(_NODE_PRELOAD))}"
    inherited = os.environ.get("NODE_OPTIONS", "")
    if option not in inherited:
        os.environ["NODE_OPTIONS"] = f"{inherited} {option}".strip()


class _Beside(ProcessProvider):
    """jsii's Node process, which is waited for once something is asked of it that has an answer."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._begun: deque[Future[None]] = deque()
        self._begin(self._start)

    def load(self, request: LoadRequest) -> None:  # type: ignore[override]  # its answer is for nobody
        """Have a package read, after those before it."""
        self._begin(self._read, request)

    def _begin(self, do: Callable[..., None], *what: LoadRequest) -> None:
        self._begun.append(self._thread.submit(do, *what))

    def _start(self) -> None:
        super()._process  # noqa: B018  it is started by whoever asks for it first

    def _read(self, request: LoadRequest) -> None:
        super()._process.send(request, LoadResponse)

    @property
    def _process(self) -> Any:
        """The process, once it has read all packages. Raises what it could not start or read them for."""
        while self._begun:
            self._begun.popleft().result()
        return super()._process


def _start_node_beside() -> None:
    if "constructs" not in sys.modules:  # whose package would have been read by another process
        jsii._runtime.kernel.provider = _Beside()


def _remember_type_hints() -> None:
    ask = typing.get_type_hints
    remembered = functools.cache(ask)

    def get_type_hints(subject: Any, *names: Any, **options: Any) -> dict[str, Any]:
        return ask(subject, *names, **options) if names or options else remembered(subject)

    typing.get_type_hints = get_type_hints  # type: ignore[assignment]


_leave_provider_package_unexecuted()
_preload_into_node()
_start_node_beside()
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
