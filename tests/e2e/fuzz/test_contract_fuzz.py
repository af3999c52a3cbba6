"""Schemathesis over the contract, against the running shop: cases made from the schemas, and against them."""

import os
import subprocess
from typing import Any

import pytest

from ops.drilling.accounts import Account
from tests.e2e import contract

CASES = int(os.environ.get("FUZZ_CASES", "1000"))
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
)
"""Not `use_after_free`: a book that left the cart gives an empty cart, as the contract says. Not `ignored_auth`:
it cannot take away a header that is given for the whole run; test_attacks.py does that."""


@pytest.mark.timeout(CASES)
def test_no_case_breaks_the_shop_or_leaves_its_contract(cloud: Any, account: Account) -> None:
    done = subprocess.run(
        [
            "schemathesis",
            "run",
            str(contract.DOCUMENT),
            f"--url={cloud.endpoints['regions'][cloud.regions[0]]['api']}",
            f"--header=authorization:Bearer {account.shopper.token()}",
            f"--checks={','.join(CHECKS)}",
            f"--max-examples={max(1, CASES // len(contract.operations()))}",
            "--workers=2",
            "--seed=1",
            "--no-shrink",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    print(done.stdout[done.stdout.rindex("Test cases:") :])
