"""Loads less of CDKTF and of the AWS provider's package. The synthesized Terraform is the same, byte for byte.

The provider's `__init__` imports 2,180 Python modules, and its JavaScript index requires as many. `enable` leaves the
first unexecuted, so that `from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue` loads one module, and preloads
`preload.cjs` into jsii's Node process, which makes the second lazy. `FAST_SYNTH=0` in the environment, and versions
other than those that this was written for, load everything plainly. `make bench-synth` compares time and output.
"""

import importlib.util
import json
import os
import sys
from importlib.metadata import version
from pathlib import Path

PROVIDER_PACKAGE = "cdktf_cdktf_provider_aws"
VERSIONS = {"cdktf": "0.21.0", "cdktf-cdktf-provider-aws": "20.1.0", "jsii": "1.142.0"}
"""The installed versions that the preload's file patterns were written for."""
PRELOAD = Path(__file__).with_name("preload.cjs")


def enable() -> bool:
    """Load lazily from here on, unless it is switched off; call it before the first import of cdktf or constructs.

    Returns whether it is in effect.
    """
    if os.environ.get("FAST_SYNTH") == "0" or not _is_supported() or "constructs" in sys.modules:
        return False
    _skip_provider_init()
    _start_node()
    return True


def _is_supported() -> bool:
    return all(version(package) == expected for package, expected in VERSIONS.items())


def _skip_provider_init() -> None:
    specification = importlib.util.find_spec(PROVIDER_PACKAGE)
    if specification:
        sys.modules.setdefault(PROVIDER_PACKAGE, importlib.util.module_from_spec(specification))


def _start_node() -> None:
    """Start jsii's process, which the import of `constructs` does, with NODE_OPTIONS that no other process gets."""
    inherited = os.environ.get("NODE_OPTIONS")
    # NODE_OPTIONS takes a path in double quotes with escaped backslashes, and knows no other escape sequence.
    os.environ["NODE_OPTIONS"] = (
        f"{inherited or ''} --require={json.dumps(str(PRELOAD), ensure_ascii=False)}".strip()
    )
    try:
        import constructs  # noqa: F401
    finally:
        if inherited is None:
            del os.environ["NODE_OPTIONS"]
        else:
            os.environ["NODE_OPTIONS"] = inherited
