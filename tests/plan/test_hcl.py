"""The way out of CDKTF: the same stacks as HCL, which Terraform takes without CDKTF (docs/leaving-cdktf.md)."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.synthesis import shop

STACKS = ("global", "eu-west-1", "ap-southeast-1", "edge")


@pytest.fixture(scope="module")
def hcl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the stacks as `cdktf synth --hcl` writes them."""
    folder = tmp_path_factory.mktemp("hcl")
    settings = folder / "settings.toml"
    settings.write_text(
        'environment = "prod"\n'
        'domain = "books.example.com"\n'
        'regions = ["eu-west-1", "ap-southeast-1"]\n'
        '[state]\nbackend = "s3"\nbucket_prefix = "books-example-state"\n'
        "[features]\nstorefront = false\n"
    )
    # What the command line's --hcl sets for the app.
    environment = {"CDKTF_OUTDIR": str(folder), "SETTINGS": str(settings), "SYNTH_HCL_OUTPUT": "true"}
    subprocess.run([sys.executable, "main.py"], env=os.environ | environment, check=True)
    return folder / "stacks"


@pytest.mark.parametrize("stack", STACKS)
def test_terraform_accepts_the_hcl(hcl: Path, stack: str) -> None:
    folder = hcl / f"bookstore-prod-{stack}"
    assert not list(folder.glob("*.tf.json")), "both forms in one folder would define everything twice"
    for command in (["init", "-backend=false"], ["validate"]):
        run = subprocess.run(
            ["terraform", f"-chdir={folder}", *command, "-no-color"],
            env=os.environ | {"CHECKPOINT_DISABLE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("stack", STACKS)
def test_the_hcl_has_every_resource_under_the_same_address(hcl: Path, stack: str) -> None:
    text = (hcl / f"bookstore-prod-{stack}" / "cdk.tf").read_text()
    written = set(re.findall(r'^resource "(\w+)" "([\w-]+)"', text, re.MULTILINE))
    as_json = shop(features={"storefront": False})[stack].resources()
    assert written == {(each.kind, each.id) for each in as_json}, "else Terraform would make it anew"
