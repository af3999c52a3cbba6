"""Synthesizes settings/example.toml for the checks: with the defaults, with all features on, and with CodeCommit."""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ops.synthesis import APP

SETTINGS = "settings/example.toml"

_ONE_REGION = {"BOOKSTORE_REGIONS": '["eu-west-1"]'}

ENVIRONMENTS: tuple[Mapping[str, str], ...] = (
    _ONE_REGION,
    {
        "BOOKSTORE_FEATURES__BLOG": "true",
        "BOOKSTORE_FEATURES__CANARY": "true",
        "BOOKSTORE_FEATURES__DELIVERY": "true",
        "BOOKSTORE_FEATURES__FAULT_INJECTION": "true",
        "BOOKSTORE_FEATURES__WAF": "true",
        "BOOKSTORE_BLOG__IMAGE_TAG": "1",
        "BOOKSTORE_BLOG__NAT": "true",
        "BOOKSTORE_DELIVERY__REPOSITORY": "someone/bookstore",
    },
    {
        **_ONE_REGION,
        "BOOKSTORE_FEATURES__DELIVERY": "true",
        "BOOKSTORE_DELIVERY__SOURCE": "codecommit",
        "BOOKSTORE_DELIVERY__REPOSITORY": "bookstore",
    },
)
"""Variables that override the file, for each synth. With all features on there are two regions. A region's stacks
differ from another region's by what tests/unit/stacks/test_regions.py lists, so the other environments have one.
"""


@contextmanager
def synthesized() -> Iterator[Path]:
    """Folder with a synth for each environment in a folder of its own, removed afterwards.

    Raises:
        subprocess.CalledProcessError: a synth failed; its message has been printed.
    """
    with tempfile.TemporaryDirectory(prefix="policy-") as folder:
        folders = [Path(folder, f"environment-{number}") for number in range(len(ENVIRONMENTS))]
        with ThreadPoolExecutor() as pool:
            list(pool.map(_synthesize, ENVIRONMENTS, folders))
        yield Path(folder)


def _synthesize(environment: Mapping[str, str], folder: Path) -> None:
    variables = {**os.environ, "CDKTF_OUTDIR": str(folder), "SETTINGS": SETTINGS, **environment}
    subprocess.run(APP, env=variables, check=True)


def remove_repeated(folder: Path) -> None:
    """Remove each stack whose resources and data sources are those of a stack before: checkov would find the same."""
    seen: set[str] = set()
    for file in sorted(folder.glob("*/stacks/*/cdk.tf.json")):
        stack = json.loads(file.read_text(encoding="utf-8"))
        checked = json.dumps([stack.get("resource"), stack.get("data")], sort_keys=True)
        if checked in seen:
            file.unlink()
        seen.add(checked)
