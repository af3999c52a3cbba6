"""HCP Terraform workspaces in local execution mode: the real Terraform against a stand-in of the API."""

import io
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from rich.console import Console

from localcloud.layout import url
from ops.commands import unlock as unlock_command
from ops.commands.move_state import move
from ops.planning.planner import exit_code, plan_stacks
from ops.state_buckets import ensure_state_bucket
from ops.teardown.state_resources import state_resources
from ops.terraform.engine import CHANGES, NO_CHANGE, Engine, StacksFailedError
from ops.terraform.process import Terraform
from stacks.settings import LocalCloud, Settings, State
from tests.support.emulator import running
from tests.support.hcp_terraform import ORGANIZATION, HcpTerraform, hcp_terraform
from tests.support.operators import run_ops
from tests.support.terraform_stacks import CloudState, S3State, TerraformStacks
from tests.support.waiting import wait_until

NEEDS = {"global": (), "one": ("global",)}
S3 = State(backend="s3", bucket_prefix="hcp-move-state")


@pytest.fixture
def hcp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HcpTerraform]:
    with hcp_terraform(tmp_path) as api:
        (tmp_path / "cli.tfrc").write_text(api.cli_configuration())
        monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "cli.tfrc"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "cdktf.out"))
        monkeypatch.setenv("LOCAL_DIR", str(tmp_path / "local"))
        yield api


@pytest.fixture
def settings(hcp: HcpTerraform) -> Settings:
    state = State(backend="cloud", organization=ORGANIZATION, hostname=hcp.address)
    return Settings(environment="hcp", regions=("eu-west-1",), state=state, local=LocalCloud())


@pytest.fixture
def stacks(hcp: HcpTerraform, tmp_path: Path) -> TerraformStacks:
    return TerraformStacks(tmp_path / "cdktf.out", NEEDS, CloudState(hcp.address, ORGANIZATION))


@pytest.fixture
def engine(settings: Settings, stacks: TerraformStacks) -> Engine:
    return Engine(settings, Console(file=io.StringIO()), stacks.folder / "deploy.log")


def held(hcp: HcpTerraform, workspace: str) -> str:
    state = json.loads(hcp.workspaces[workspace].states[-1])
    return str(state["outputs"]["held"]["value"])


def test_plan_and_deploy_read_other_workspace(
    hcp: HcpTerraform, settings: Settings, stacks: TerraformStacks, engine: Engine
) -> None:
    """`-reconfigure` ended each of these commands at its first stack."""
    record = plan_stacks(settings, Path("hcp.toml"), engine.console)
    assert exit_code(record) == CHANGES
    engine.deploy(NEEDS)
    assert held(hcp, "one") == "global=first;one=first;"
    assert exit_code(plan_stacks(settings, Path("hcp.toml"), engine.console)) == NO_CHANGE
    assert [each.address for each in state_resources("one")] == ["terraform_data.held"]
    assert not any(workspace.locked for workspace in hcp.workspaces.values())


def test_deploy_of_locked_workspace_names_the_lock(
    hcp: HcpTerraform, stacks: TerraformStacks, engine: Engine, tmp_path: Path
) -> None:
    engine.deploy({"global": ()})
    gate = tmp_path / "gate"
    stacks.write_slow("one", gate)
    Terraform("one").prepare()
    other = subprocess.Popen(
        ["terraform", f"-chdir={stacks.stack_folder('one')}", "apply", "-auto-approve"],
        env=os.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: hcp.workspaces["one"].locked, 60, "no lock")
        with pytest.raises(StacksFailedError, match=r"another run in HCP Terraform.*STACK=one"):
            engine.deploy({"one": ()})
    finally:
        gate.touch()
        assert other.wait() == 0


@pytest.mark.parametrize(("answer", "stays_locked"), [("y", False), ("n", True)])
def test_unlock_asks_before_it_frees_the_workspace(
    hcp: HcpTerraform,
    settings: Settings,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    stays_locked: bool,
) -> None:
    monkeypatch.setattr(Settings, "load", lambda _file: settings)
    monkeypatch.setattr(unlock_command, "synthesize", lambda *_: None)
    engine.deploy({"global": ()})
    hcp.workspaces["global"].locked = True
    done = run_ops("unlock", "global", input=f"{answer}\n")
    assert done.exit_code == stays_locked, done.output
    assert "global: locked by another run in HCP Terraform, lock " in done.stdout
    assert hcp.workspaces["global"].locked is stays_locked


def test_destroy_empties_the_workspaces(hcp: HcpTerraform, engine: Engine) -> None:
    engine.deploy(NEEDS)
    engine.destroy(NEEDS)
    assert all(json.loads(each.states[-1])["resources"] == [] for each in hcp.workspaces.values())


@pytest.fixture
def s3(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """S3 in an emulator that the environment names."""
    with running(tmp_path_factory.mktemp("emulator")) as emulator:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url(emulator.layout.aws))
        for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(key, "test")
        yield


@pytest.mark.usefixtures("s3")
def test_states_move_from_s3_and_back(
    hcp: HcpTerraform, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_s3 = settings.model_copy(update={"state": S3})
    bucket = in_s3.state_bucket("eu-west-1")
    folder = tmp_path / "cdktf.out"

    def synthesize(environment: Settings) -> None:
        state = S3State(bucket) if environment is in_s3 else CloudState(hcp.address, ORGANIZATION)
        TerraformStacks(folder, NEEDS, state)

    ensure_state_bucket(bucket, "eu-west-1", tags={})
    synthesize(in_s3)
    console = Console(file=io.StringIO())
    Engine(in_s3, console, folder / "deploy.log").deploy(NEEDS)

    move(console, in_s3, settings, synthesize)
    assert held(hcp, "one") == "global=first;one=first;"
    assert exit_code(plan_stacks(settings, Path("hcp.toml"), console)) == NO_CHANGE

    boto3.client("s3", region_name="eu-west-1").delete_object(Bucket=bucket, Key="one/terraform.tfstate")
    move(console, settings, in_s3, synthesize)
    assert exit_code(plan_stacks(in_s3, Path("s3.toml"), console)) == NO_CHANGE
