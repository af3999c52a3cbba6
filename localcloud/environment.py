"""The environment that points Terraform, its state backend and every AWS client at one local cloud.

No stack, module or operator command reads anything else to find the local cloud.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from localcloud.layout import HOST, Layout, url

ROOT_KEY = "test"
"""Access key and secret of the emulator's default account."""
_ACCOUNT_VARIABLES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE")
"""Variables of a real AWS account. They are removed so that its credentials never reach the emulator."""
_NO_PROXY = ("NO_PROXY", "no_proxy")

SIGN_UP_CODE = "123456"
"""The emulated Cognito sends no mail and issues this code. The storefront shows it."""


def local_settings(layout: Layout, regions: Sequence[str]) -> dict[str, object]:
    """Addresses on this machine, which the stacks cannot derive from the domain."""
    password = layout.redis_password()
    return {
        "aws_endpoint": url(layout.aws),
        "cognito_endpoint": url(layout.aws),
        "api": f"{url(layout.api)}/v1",
        **({} if layout.blog_missing.exists() else {"blog": f"{url(layout.blog)}/"}),
        "control_room": f"{url(layout.control_room)}/",
        "sign_up_code": SIGN_UP_CODE,
        "redis": {
            region: f"redis://:{password}@{HOST}:{layout.redis(index)}/0"
            for index, region in enumerate(regions)
        },
        "regions": {
            region: {"api": f"{url(layout.regional_api(index))}/v1"} for index, region in enumerate(regions)
        },
    }


def local_environment(layout: Layout, settings: Path, regions: Sequence[str]) -> dict[str, str]:
    """Environment of a command that uses this local cloud: the caller's variables plus ours."""
    return {
        **{name: value for name, value in os.environ.items() if not _names_account(name)},
        **without_proxy(os.environ),
        "AWS_ENDPOINT_URL": url(layout.aws),
        # RDS calls pass through localcloud/blog/aurora.py, which moves the writer of the blog's databases.
        "AWS_ENDPOINT_URL_RDS": url(layout.rds),
        # The emulator's unsigned data planes know the default account only.
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
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


def without_proxy(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that keep requests to this machine from a proxy, with what `environment` has in them.

    Both spellings, because programs differ in the one that they read first.
    """
    listed = ",".join(environment.get(name, "") for name in _NO_PROXY)
    hosts = list(dict.fromkeys(filter(None, map(str.strip, listed.split(",")))))
    # All hosts; Python understands it as the only entry.
    value = "*" if "*" in hosts else ",".join(dict.fromkeys([*hosts, HOST, "localhost"]))
    return dict.fromkeys(_NO_PROXY, value)


def _names_account(name: str) -> bool:
    return name in _ACCOUNT_VARIABLES or name.startswith("AWS_ENDPOINT_URL")


def export(environment: Mapping[str, str]) -> None:
    """Apply `environment` to this process."""
    for name in [*_ACCOUNT_VARIABLES, *(name for name in os.environ if name.startswith("AWS_ENDPOINT_URL"))]:
        os.environ.pop(name, None)
    os.environ.update(environment)
