"""The way out of CDKTF: the same stacks as HCL, which Terraform takes without CDKTF (docs/leaving-cdktf.md)."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.plan.conftest import Planner
from tests.support.synthesis import shop

WRITE = """
import json, sys
from pathlib import Path
from tests.support.synthesis import write
write(Path(sys.argv[1]), json.loads(sys.argv[2]))
"""
SETTINGS = {"features": {"delivery": True}, "delivery": {"repository": "someone/bookstore"}}
"""All but the blog and the web ACLs, which CDKTF cannot write as HCL."""
STACKS = ("global", "eu-west-1", "edge")
"""The other region's is the same (tests/unit/stacks/test_regions.py)."""


@pytest.fixture(scope="module")
def hcl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the stacks as `cdktf synth --hcl` writes them."""
    folder = tmp_path_factory.mktemp("hcl")
    # What the command line's --hcl sets for the app; CDKTF's Node process looks for it once, when it starts.
    environment = os.environ | {"SYNTH_HCL_OUTPUT": "true"}
    subprocess.run([sys.executable, "-c", WRITE, folder, json.dumps(SETTINGS)], env=environment, check=True)
    return folder


@pytest.mark.parametrize("stack", STACKS)
def test_the_hcl_plans_the_same(hcl: Path, stack: str, planned: Planner) -> None:
    of = shop(**SETTINGS)
    folder = hcl / "stacks" / f"{of.name}-{stack}"
    assert not list(folder.glob("*.tf.json")), "both forms in one folder would define everything twice"
    as_json, as_hcl = planned(of, stack, of.folder), planned(of, stack, hcl)
    assert as_hcl.keys() == as_json.keys(), "else Terraform would make it anew"
    different = {
        address
        for address in as_json
        if _without_last_newline(as_hcl[address]) != _without_last_newline(as_json[address])
    }
    assert different == set()


def _without_last_newline(value: Any) -> Any:
    """CDKTF writes a text of several lines as a heredoc, which ends in one newline more."""
    if isinstance(value, str):
        return value.rstrip("\n")
    if isinstance(value, Mapping):
        return {name: _without_last_newline(inner) for name, inner in value.items()}
    return [_without_last_newline(inner) for inner in value] if isinstance(value, list) else value
