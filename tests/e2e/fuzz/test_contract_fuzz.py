"""Runs schemathesis over the contract against the running API, with valid and invalid cases.

Several runs go in parallel, half of them stateful: a value in one response (a book, a cart's key, an order, a
cursor) goes into the next request along the contract's links. A run has one worker, since Python 3.11 cannot parse
in two threads at once: https://github.com/python/cpython/issues/106905
"""

import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ops.drill.accounts import Account
from ops.progress import counting
from tests.support import contract
from tests.support.api import Api, Json
from tests.support.size import sized

pytestmark = pytest.mark.shared

CASES = int(os.environ.get("FUZZ_CASES") or sized(2_000, 20_000))
CONCURRENT_RUNS = 4
"""Parallel runs: more than the cores, since each run waits for responses."""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "ignored_auth",
)
"""Without `use_after_free`: a deleted book's cart is an empty cart by contract."""
API_GATEWAY_SECONDS = 30
"""API Gateway answers 504 before: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"""
FIRST_LINES = 20
EXAMPLES = sized(
    {"examples,coverage": 25, "fuzzing": 25, "stateful": 20},
    {"examples,coverage": 100, "fuzzing": 200, "stateful": 100},
)
"""Examples per operation, or scenarios, in a run of these phases."""
STEPS = 30
"""Requests in a scenario."""


class FuzzRun:
    """Consecutive runs as one shopper in one region."""

    def __init__(self, number: int, api: Api, account: Account, folder: Path) -> None:
        self.account = account
        self._stateful = number % 2 == 1
        self._covers = number == 0
        self._api = api
        self._config = folder / f"run-{number}.toml"
        self._seeds = iter(range(number, 1_000_000, CONCURRENT_RUNS))

    def fill_cart(self, books: list[Json]) -> None:
        """Add a cart line for the first scenarios to order."""
        api = self._api.signed_in(self.account.shopper)
        for book in books:
            api.put_line(book["id"], 1)
        api.close()

    def phases(self, first: bool) -> str:
        """Phases of the next run; the deterministic phases run once, in one region."""
        if self._stateful:
            return "stateful"
        return "examples,coverage" if first and self._covers else "fuzzing"

    def run(self, phases: str) -> int:
        """Run once and return the number of cases; fails the test on any finding."""
        # A token lasts an hour, as long as all runs together.
        self._config.write_text(
            f'[auth.openapi.shopper]\nbearer = "{self.account.shopper.token()}"\n'
            f"[phases.stateful]\nmax-steps = {STEPS}\n"
        )
        done = subprocess.run(
            [
                "schemathesis",
                f"--config-file={self._config}",
                "run",
                str(contract.DOCUMENT),
                f"--url={self._api.url}",
                f"--checks={','.join(CHECKS)}",
                f"--phases={phases}",
                "--exclude-operation-id=deleteAccount",  # these two end the sign-in of the run
                "--exclude-operation-id=signOut",
                f"--request-timeout={API_GATEWAY_SECONDS}",
                f"--max-examples={EXAMPLES[phases]}",
                f"--seed={next(self._seeds)}",
                "--generation-database=none",
                "--workers=1",
                "--no-shrink",
                "--no-color",
                # These checks measure how fast cases are generated, which depends on the machine.
                "--suppress-health-check=all",
            ],
            env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.e2e.fuzz.hooks", "PYTHONPATH": "."},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
        counted = re.search(r"(\d+) generated", done.stdout)
        assert counted, done.stdout[-2000:]
        return int(counted[1])


@pytest.mark.timeout(max(1200, CASES // 5))
def test_fuzz_cases_keep_the_contract(
    cloud: Any,
    apis: dict[str, Api],
    books: list[Json],
    new_account: Callable[[], Account],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    places = [*apis.values()]
    runs = [
        FuzzRun(number, places[number // 2 % len(places)], new_account(), tmp_path)
        for number in range(CONCURRENT_RUNS)
    ]
    for run in runs:
        run.fill_cart(books[:FIRST_LINES])
    counted: Counter[str] = Counter()
    began = time.monotonic()
    with capsys.disabled():  # what takes an hour is watched
        with counting("fuzz", "cases") as progress, ThreadPoolExecutor(CONCURRENT_RUNS) as pool:
            while counted.total() < CASES:
                phases = [run.phases(first=not counted) for run in runs]
                for name, cases in zip(phases, pool.map(FuzzRun.run, runs, phases), strict=True):
                    counted[name] += cases
                    progress(counted.total(), CASES)
        took = time.monotonic() - began
        print(
            f"{counted.total():,} cases in {took:.0f} s, {counted.total() / took:.0f} a second: {dict(counted)}"
        )
    assert any(ordered(cloud, run.account) for run in runs), "no case went as far as an order"


def ordered(cloud: Any, account: Account) -> int:
    """Number of orders of an account."""
    found = cloud.table("orders").query(
        KeyConditionExpression="customerId = :id",
        ExpressionAttributeValues={":id": account.id},
        Select="COUNT",
    )
    return int(found["Count"])
