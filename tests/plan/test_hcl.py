"""The stacks as HCL, for leaving CDKTF (docs/leaving-cdktf.md), plan the same."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.planning import Changes, Planned, plan
from tests.support.synthesis import shop

WRITE = """
import json, sys
from pathlib import Path
from modules.support import fast_synth
fast_synth.enable()
from tests.support.synthesis import write
write(Path(sys.argv[1]), json.loads(sys.argv[2]))
"""
SETTINGS = {
    "features": {"delivery": True},
    "delivery": {"repository": "someone/bookstore"},
    "firewall": {"requests_per_5_minutes": 0},
}
"""Without the blog and the web ACLs, which CDKTF cannot write as HCL."""
STACKS = ("global", "dns", "eu-west-1-common", "eu-west-1", "edge")
"""The other region's stack is equal (tests/unit/stacks/test_regions.py)."""


@pytest.fixture(scope="module")
def hcl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the stacks as `cdktf synth --hcl` does; return the folder."""
    folder = tmp_path_factory.mktemp("hcl")
    # `cdktf synth --hcl` sets this variable. CDKTF's Node process reads it when it starts.
    environment = os.environ | {"SYNTH_HCL_OUTPUT": "true"}
    subprocess.run([sys.executable, "-c", WRITE, folder, json.dumps(SETTINGS)], env=environment, check=True)
    return folder


@pytest.fixture(scope="module")
def plans(hcl: Path, secrets: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Changes]:
    """Changes by form (`json` or `hcl`) and stack, of one plan."""
    of = shop(**SETTINGS)
    stacks = {
        f"{form}-{stack}": Planned(of, stack, source)
        for form, source in (("json", of.folder), ("hcl", hcl))
        for stack in STACKS
    }
    return plan(tmp_path_factory.mktemp("plans"), stacks, secrets)


@pytest.mark.parametrize("stack", STACKS)
def test_hcl_plans_the_same(hcl: Path, stack: str, plans: Mapping[str, Changes]) -> None:
    folder = hcl / "stacks" / f"{shop(**SETTINGS).name}-{stack}"
    assert not list(folder.glob("*.tf.json")), "both forms in one folder would define each resource twice"
    as_json, as_hcl = plans[f"json-{stack}"], plans[f"hcl-{stack}"]
    assert as_hcl.keys() == as_json.keys(), "another address would recreate the resource"
    different = {
        address
        for address in as_json
        if _without_last_newline(as_hcl[address]) != _without_last_newline(as_json[address])
    }
    assert different == set()


def _without_last_newline(value: Any) -> Any:
    """Strip the newline that a heredoc adds to a text of several lines."""
    if isinstance(value, str):
        return value.rstrip("\n")
    if isinstance(value, Mapping):
        return {name: _without_last_newline(inner) for name, inner in value.items()}
    return [_without_last_newline(inner) for inner in value] if isinstance(value, list) else value
