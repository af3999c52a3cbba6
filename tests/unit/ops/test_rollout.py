"""A rollout with the real Terraform and the real gate, over stacks that need no provider."""

import functools
import io
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from ops import health_gate
from ops.health_gate import await_healthy, buy
from ops.rollout import deploy_stacks
from ops.terraform.engine import StacksFailedError
from ops.terraform.events import Phase
from stacks.settings import Settings
from tests.support.terraform_stacks import TerraformStacks

FIRST, SECOND = "eu-west-1", "us-west-2"
SETTINGS = Settings(environment="test", domain="shop.example", regions=(FIRST, SECOND))
GLOBAL, ONE, TWO, EDGE = (f"{SETTINGS.name}-{part}" for part in ("global", FIRST, SECOND, "edge"))
NEEDS = {GLOBAL: (), ONE: (GLOBAL,), TWO: (GLOBAL,), EDGE: (ONE, TWO)}


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Regions in which an order is answered with an error."""
    broken: set[str] = set()

    def purchase(_settings: Settings, region: str) -> str | None:
        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("/books"):
                return httpx.Response(200, json={"items": [{"id": "dune", "price": 900}]})
            fails = region in broken and request.method == "POST"
            return httpx.Response(500 if fails else 200, json={"orderId": "o-1"})

        return buy(httpx.Client(base_url="http://region/v1", transport=httpx.MockTransport(answer)))

    monkeypatch.setattr(health_gate, "_purchase", purchase)
    monkeypatch.setattr(health_gate, "_has_traffic", lambda *_: True)
    monkeypatch.setattr(health_gate, "_alarms", lambda *_: None)
    monkeypatch.setattr(health_gate, "_health", lambda *_: None)
    monkeypatch.setattr(health_gate, "await_healthy", functools.partial(await_healthy, seconds=0))
    return broken


@pytest.fixture
def stacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TerraformStacks:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "cdktf.out"))
    return TerraformStacks(tmp_path / "cdktf.out", NEEDS)


def deploy(stacks: TerraformStacks, *, at_once: bool = False) -> None:
    console, log = Console(file=io.StringIO()), stacks.folder / "deploy.log"
    deploy_stacks(SETTINGS, console=console, log=log, at_once=at_once)


def release(stacks: TerraformStacks, value: str) -> None:
    for region in (ONE, TWO):
        stacks.write(region, value)


def test_failed_canary_leaves_second_region_untouched(stacks: TerraformStacks, broken: set[str]) -> None:
    deploy(stacks)
    before = stacks.held()
    release(stacks, "faulty")
    broken.add(FIRST)

    with pytest.raises(StacksFailedError, match="POST /orders answered 500") as failure:
        deploy(stacks)

    phases = {name: stack.phase for name, stack in failure.value.stacks.items()}
    assert (phases[ONE], phases[TWO], phases[EDGE]) == (Phase.DONE, Phase.SKIPPED, Phase.SKIPPED)
    after = stacks.held()
    assert "faulty" in after[ONE]
    assert (after[TWO], after[EDGE]) == (before[TWO], before[EDGE])
    assert f"make evacuate REGION={FIRST}" in str(failure.value)


def test_passed_canary_deploys_second_region(stacks: TerraformStacks, broken: set[str]) -> None:
    assert not broken
    deploy(stacks)
    release(stacks, "next")
    deploy(stacks)
    assert all("next" in stacks.held()[stack] for stack in (ONE, TWO, EDGE))


def test_deploy_at_once_has_no_canary(stacks: TerraformStacks, broken: set[str]) -> None:
    broken.add(FIRST)
    deploy(stacks, at_once=True)
    assert stacks.held().keys() == NEEDS.keys()
