"""The environment that points Terraform, its state backend and every AWS client at one local cloud.

Nothing else does: no stack, module or operator command knows that it is local.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from localcloud.layout import HOST, Layout, url

_FOREIGN = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE")
"""What a developer's shell may hold for a real account; it must never meet the emulator."""


def local_settings(layout: Layout, regions: Sequence[str]) -> dict[str, object]:
    """What the stacks cannot derive from the domain here: the addresses that only this machine has."""
    return {
        "aws_endpoint": url(layout.aws),
        "cognito_endpoint": url(layout.aws),
        "api": f"{url(layout.api)}/v1",
        "redis": {region: f"redis://{HOST}:{layout.redis(index)}/0" for index, region in enumerate(regions)},
        "regions": {
            region: {"api": f"{url(layout.regional_api(index))}/v1"} for index, region in enumerate(regions)
        },
    }


def local_environment(layout: Layout, settings: Path, regions: Sequence[str]) -> dict[str, str]:
    """The whole environment for a command that works on this local cloud, the caller's own included."""
    return {
        **{name: value for name, value in os.environ.items() if not _is_foreign(name)},
        "AWS_ENDPOINT_URL": url(layout.aws),
        # On its way to the emulator: the blog's databases follow what is said to RDS (localcloud/blog/aurora.py).
        "AWS_ENDPOINT_URL_RDS": url(layout.rds),
        # Any other account and the emulator's unsigned data planes find nothing.
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": regions[0],
        "AWS_DEFAULT_REGION": regions[0],
        "AWS_EC2_METADATA_DISABLED": "true",
        "BOOKSTORE_LOCAL": json.dumps(local_settings(layout, regions)),
        "DEPLOYMENT_OUTPUTS": str(layout.outputs),
        "CDKTF_OUTDIR": str(layout.synthesized),
        "SETTINGS": str(settings),
        "LOCAL_DIR": str(layout.directory),
        "PORT_BASE": str(layout.base),
        "CHECKPOINT_DISABLE": "1",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
    }


def _is_foreign(name: str) -> bool:
    return name in _FOREIGN or name.startswith("AWS_ENDPOINT_URL")


def export(environment: Mapping[str, str]) -> None:
    """Make this process one that works on the local cloud."""
    for name in [*_FOREIGN, *(name for name in os.environ if name.startswith("AWS_ENDPOINT_URL"))]:
        os.environ.pop(name, None)
    os.environ.update(environment)
