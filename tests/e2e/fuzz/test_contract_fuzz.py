"""Schemathesis over the contract, against the running shop: cases made from the schemas, and against them."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ops.drilling.accounts import Account
from tests.e2e import contract

CASES = int(os.environ.get("FUZZ_CASES", "1500"))
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "use_after_free",
    "ignored_auth",
)


@pytest.mark.timeout(CASES)
def test_no_case_breaks_the_shop_or_leaves_its_contract(cloud: Any, account: Account, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
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
            "--report=json",
            f"--report-json-path={report}",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    print(json.dumps(json.loads(report.read_text()), indent=1)[:3000])
