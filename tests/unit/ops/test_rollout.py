"""A rollout with the real Terraform and the real gate, over stacks that need no provider."""

import functools
import io
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from ops import blog_image, canary, health_gate
from ops.canary import CanaryError, Release
from ops.health_gate import await_healthy, buy
from ops.rollout import Opening, StackOutputs, deploy_stacks, shift_traffic
from ops.terraform.engine import StacksFailedError, Task
from ops.terraform.events import Phase
from stacks.settings import Settings
from stacks.settings.sections import Blog, Features
from tests.support.terraform_stacks import TerraformStacks

FIRST, SECOND = "eu-west-1", "us-west-2"
SETTINGS = Settings(environment="test", domain="shop.example", regions=(FIRST, SECOND))
GLOBAL, ONE, TWO, EDGE = (f"{SETTINGS.name}-{part}" for part in ("global", FIRST, SECOND, "edge"))
CANARY = SETTINGS.model_copy(update={"features": Features(canary=True)})
HELD = "${terraform_data.held.output}"
NEEDS = {GLOBAL: (), ONE: (GLOBAL,), TWO: (GLOBAL,), EDGE: (ONE, TWO)}


@dataclass
class Releases:
    """The regions whose functions got new versions, in order, and the region whose versions are rolled back."""

    regions: list[str] = field(default_factory=list)
    bad: str | None = None

    def deploy(self, region: str) -> None:
        if region == self.bad:
            raise CanaryError(f"CodeDeploy has rolled back new versions in {region}")
        self.regions.append(region)


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


@pytest.fixture
def releases(monkeypatch: pytest.MonkeyPatch) -> Releases:
    releases = Releases()
    outputs = {"canary_alias": "live", "canary_versions": {"orders": "2"}}
    monkeypatch.setattr(canary, "stack_outputs", lambda _stack: outputs)
    monkeypatch.setattr(Release, "deploy", lambda release, _task: releases.deploy(release.region))
    return releases


def deploy(
    stacks: TerraformStacks,
    settings: Settings = SETTINGS,
    *,
    at_once: bool = False,
    opening: Opening | None = None,
) -> StackOutputs:
    console, log = Console(file=io.StringIO()), stacks.folder / "deploy.log"
    return deploy_stacks(settings, console=console, log=log, at_once=at_once, opening=opening)


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


def test_opening_loads_catalog_without_edge(stacks: TerraformStacks) -> None:
    loaded: list[set[str]] = []
    opened: list[bool] = []
    opening = Opening(
        load_catalog=lambda _: loaded.append(set(stacks.held())), open_shop=lambda _: opened.append(True)
    )
    stacks.write_failing(EDGE)
    with pytest.raises(StacksFailedError):
        deploy(stacks, at_once=True, opening=opening)
    assert (loaded, opened) == ([{GLOBAL, ONE, TWO}], [])


def test_opening_follows_catalog(stacks: TerraformStacks) -> None:
    done: list[str] = []
    opening = Opening(load_catalog=lambda _: done.append("catalog"), open_shop=lambda _: done.append("shop"))
    deploy(stacks, at_once=True, opening=opening)
    assert done == ["catalog", "shop"]
    assert EDGE in stacks.held()


@pytest.mark.parametrize("times", [1, 2], ids=["changes", "no changes"])
def test_deploy_passes_and_returns_outputs(stacks: TerraformStacks, times: int) -> None:
    passed: list[StackOutputs] = []
    opening = Opening(load_catalog=passed.append, open_shop=passed.append)
    for stack in NEEDS:
        secret = {"value": "hidden", "sensitive": True}
        stacks.write(stack, "first", output={"held": {"value": HELD}, "secret": secret})
    for _ in range(times):
        outputs = deploy(stacks, at_once=True, opening=opening)

    held = {name.removeprefix(f"{SETTINGS.name}-"): {"held": value} for name, value in stacks.held().items()}
    assert outputs == held
    at_catalog, at_opening = passed[-2:]
    assert at_catalog.keys() >= {"global", FIRST, SECOND}
    assert at_opening == held


def test_rolled_back_version_leaves_second_region_untouched(
    stacks: TerraformStacks, broken: set[str], releases: Releases
) -> None:
    assert not broken
    deploy(stacks, CANARY)
    before = stacks.held()
    release(stacks, "faulty")
    releases.bad = FIRST

    with pytest.raises(StacksFailedError, match=f"rolled back new versions in {FIRST}") as failure:
        deploy(stacks, CANARY)

    phases = {name: stack.phase for name, stack in failure.value.stacks.items()}
    assert (phases[f"canary {FIRST}"], phases[f"health gate {FIRST}"]) == (Phase.FAILED, Phase.SKIPPED)
    assert phases[TWO] == Phase.SKIPPED
    assert stacks.held()[TWO] == before[TWO]


@pytest.mark.parametrize("at_once", [False, True])
def test_deploy_releases_every_region(
    stacks: TerraformStacks, broken: set[str], releases: Releases, at_once: bool
) -> None:
    assert not broken
    deploy(stacks, CANARY, at_once=at_once)
    assert sorted(releases.regions) == [FIRST, SECOND]


def test_shift_traffic_stops_at_failed_gate(tmp_path: Path, broken: set[str], releases: Releases) -> None:
    broken.add(FIRST)
    with pytest.raises(StacksFailedError, match="POST /orders answered 500"):
        shift_traffic(CANARY, console=Console(file=io.StringIO()), log=tmp_path / "canary.log")
    assert releases.regions == [FIRST]


def test_blog_is_deployed_after_its_image(
    tmp_path: Path, broken: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not broken
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "cdktf.out"))
    commons: dict[str, tuple[str, ...]] = {f"{ONE}-common": (), f"{TWO}-common": ()}
    blogs = {
        f"{ONE}-blog": (GLOBAL, f"{ONE}-common"),
        f"{TWO}-blog": (GLOBAL, f"{TWO}-common", f"{ONE}-blog"),
    }
    stacks = TerraformStacks(tmp_path / "cdktf.out", {**NEEDS, **commons, **blogs})
    deployed: dict[str, set[str]] = {}

    def bring(_settings: Settings, region: str, _task: Task) -> None:
        deployed[region] = {*stacks.held()}

    monkeypatch.setattr(blog_image, "_bring", bring)
    settings = SETTINGS.model_copy(update={"features": Features(blog=True), "blog": Blog(image_tag="1")})
    deploy(stacks, settings)
    assert deployed.keys() == {FIRST, SECOND}
    for region, stack in ((FIRST, ONE), (SECOND, TWO)):
        assert f"{stack}-common" in deployed[region]
        assert f"{stack}-blog" not in deployed[region]
