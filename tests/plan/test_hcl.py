"""The stacks as HCL, for leaving CDKTF (docs/leaving-cdktf.md), plan the same."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.plan.variants import AS_HCL, STACKS_AS_HCL, VARIANTS
from tests.support.planning import Changes
from tests.support.synthesis import shop


@pytest.mark.parametrize("stack", STACKS_AS_HCL)
def test_hcl_plans_the_same(hcl: Path, stack: str, plans: Mapping[str, Changes]) -> None:
    folder = hcl / "stacks" / f"{shop(**VARIANTS[AS_HCL]).name}-{stack}"
    assert not list(folder.glob("*.tf.json")), "both forms in one folder would define each resource twice"
    as_json, as_hcl = plans[f"{AS_HCL}-{stack}"], plans[f"hcl-{stack}"]
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
