"""The app under newer packages (docs/leaving-cdktf.md) synthesizes the same, but for the versions."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.synthesis import EVERYTHING, shop

pytestmark = [pytest.mark.full_size, pytest.mark.timeout(1800)]

ROOT = Path(__file__).parents[2]
WRITE = """
import json, sys
from pathlib import Path
from tests.support.synthesis import write
write(Path(sys.argv[1]), json.loads(sys.argv[2]))
"""
RENAMES = (
    (r"\bcdktf_cdktf_provider_aws\b", "cdktn_provider_aws"),
    (r"^(\s*(?:from|import)) cdktf\b", r"\1 cdktn"),
)
"""As docs/leaving-cdktf.md describes them."""
RENAMED = ("stacks", "modules", "tests/support/synthesis.py")
READ = ("api", "blog", "data", "lambda_src")


def install(folder: Path, *packages: str) -> Path:
    """Install packages into a folder of their own, which hides the project's versions of them."""
    pip = subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, *packages],
        capture_output=True,
        text=True,
        check=False,
    )
    assert pip.returncode == 0, f"pip cannot install {', '.join(packages)}:\n{pip.stderr}"
    return folder


def synthesize(checkout: Path, packages: Path, folder: Path, **environment: str) -> dict[str, Any]:
    """The stacks that a checkout writes with these packages."""
    app = subprocess.run(
        [sys.executable, "-c", WRITE, folder, json.dumps(EVERYTHING)],
        cwd=checkout,
        env=os.environ | environment | {"PYTHONPATH": f"{packages}{os.pathsep}{checkout}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert app.returncode == 0, app.stderr
    written = folder.glob("stacks/*/cdk.tf.json")
    return {file.parent.name: _without_versions(json.loads(file.read_text())) for file in written}


def _without_versions(document: Mapping[str, Any]) -> dict[str, Any]:
    """Without the versions of CDKTF and of the provider. Both sources name the same provider."""
    metadata = {**document["//"]["metadata"], "version": ""}
    assert document["terraform"]["required_providers"]["aws"]["source"] in {"aws", "hashicorp/aws"}
    terraform = {**document["terraform"], "required_providers": {}}
    return {**document, "//": {**document["//"], "metadata": metadata}, "terraform": terraform}


def ours() -> dict[str, Any]:
    return {name: _without_versions(stack.document) for name, stack in shop(**EVERYTHING).stacks.items()}


def rename(checkout: Path, paths: Sequence[str] = RENAMED) -> Path:
    """Copy the app to `checkout` with the imports renamed."""
    for path in (*paths, *READ):
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / path).is_dir() else shutil.copy
        copy(ROOT / path, checkout / path)
    for file in checkout.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        for pattern, replacement in RENAMES:
            text = re.sub(pattern, replacement, text, flags=re.MULTILINE)
        file.write_text(text, encoding="utf-8")
    return checkout


def test_provider_6_synthesizes_the_same(tmp_path: Path) -> None:
    packages = install(tmp_path / "packages", "cdktf-cdktf-provider-aws==21.22.1")
    assert synthesize(ROOT, packages, tmp_path / "out") == ours()


def test_cdktn_synthesizes_the_same(tmp_path: Path) -> None:
    packages = install(
        tmp_path / "packages", "cdktn==0.24.0", "cdktn-provider-aws==25.8.1", "constructs==10.7.2"
    )
    checkout = rename(tmp_path / "checkout")
    # The `targetVersions` of cdktf.json, as cdktn's command line passes them.
    targets = json.dumps({"targetVersions": {"terraform": ">=1.11.0"}})
    assert synthesize(checkout, packages, tmp_path / "out", CDKTF_CONTEXT_JSON=targets) == ours()
