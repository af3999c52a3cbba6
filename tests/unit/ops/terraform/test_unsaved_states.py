"""States that the backend refuses, with the real Terraform and a stand-in of its HTTP backend."""

import io
import json
import re
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from rich.console import Console

from ops.commands.apply import apply_plans
from ops.planning.planner import exit_code, plan_stacks
from ops.planning.saved_plans import SavedPlans
from ops.teardown.state_resources import state_resources
from ops.terraform.engine import FAILED, NO_CHANGE, Engine, StacksFailedError, _print_what_stopped
from ops.terraform.events import StackProgress
from ops.terraform.process import Terraform, UnsavedStateError
from ops.terraform.unsaved_states import finished_changes, keep_unsaved_state, unsaved_states
from stacks.settings import Settings
from tests.support.terraform_stacks import HttpState, TerraformStacks

ON_AWS = Settings(environment="test", regions=("eu-west-1", "us-west-2"))
NEEDS = {"global": (), "edge": ("global",)}


@dataclass
class StateServer:
    """States by path. It refuses to write them with 403 while `refuses` is true."""

    address: str = ""
    states: dict[str, bytes] = field(default_factory=dict)
    refuses: bool = False


@pytest.fixture
def server() -> Iterator[StateServer]:
    state = StateServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = state.states.get(self.path, b"")
            self._answer(200 if body else 404, body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not state.refuses:
                state.states[self.path] = body
            self._answer(403 if state.refuses else 200, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        state.address = f"http://127.0.0.1:{http.server_port}"
        Thread(target=http.serve_forever, daemon=True).start()
        yield state
        http.shutdown()


@pytest.fixture
def stacks(server: StateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TerraformStacks:
    """Stacks that were never deployed, in a folder with a space."""
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "cdktf out"))
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path / "local"))
    return TerraformStacks(tmp_path / "cdktf out", NEEDS, HttpState(server.address))


@pytest.fixture
def unsaved(tmp_path: Path) -> Path:
    return tmp_path / "local" / "unsaved-states" / "global.tfstate"


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def engine(stacks: TerraformStacks, output: io.StringIO) -> Engine:
    return Engine(ON_AWS, Console(file=output, soft_wrap=True), stacks.folder / "deploy.log")


def deploy(engine: Engine) -> str:
    """The error of a deployment that fails."""
    with pytest.raises(StacksFailedError) as failed:
        engine.deploy(NEEDS)
    return str(failed.value)


def held(state: bytes | str) -> object:
    return json.loads(state)["outputs"]["held"]["value"]


def test_state_that_was_refused_is_kept(
    server: StateServer, stacks: TerraformStacks, engine: Engine, unsaved: Path
) -> None:
    server.refuses = True
    error = deploy(engine)
    assert held(unsaved.read_text()) == "global=first;"
    assert stat.S_IMODE(unsaved.stat().st_mode) == 0o600
    assert stat.S_IMODE(unsaved.parent.stat().st_mode) == 0o700
    assert not (stacks.stack_folder("global") / "errored.tfstate").exists()
    assert "Failed to persist state" in error, "Terraform's own reason"
    assert "first make unlock STACK=global" in error
    assert "edge: not started: it needs global" in error


def test_stack_with_unsaved_state_is_refused_until_pushed(
    server: StateServer, engine: Engine, unsaved: Path
) -> None:
    server.refuses = True
    deploy(engine)
    server.refuses = False
    record = plan_stacks(ON_AWS, Path("aws.toml"), engine.console)
    assert exit_code(record) == FAILED
    assert f"state push {unsaved}" in record.stacks["global"].reason
    error = deploy(engine)
    assert server.states == {}
    with pytest.raises(UnsavedStateError, match="state push"):
        state_resources("global")

    push = re.findall(r"^  (terraform .*)$", error, re.MULTILINE)
    assert len(push) == 1
    subprocess.run(["bash", "-c", push[0]], check=True, capture_output=True)
    assert not unsaved.exists()
    assert held(server.states["/global"]) == "global=first;"
    engine.deploy(NEEDS)
    assert exit_code(plan_stacks(ON_AWS, Path("aws.toml"), engine.console)) == NO_CHANGE


def test_apply_with_unsaved_state_does_not_claim_the_opposite(
    server: StateServer, engine: Engine, output: io.StringIO
) -> None:
    plan_stacks(ON_AWS, Path("aws.toml"), engine.console)
    server.refuses = True
    with pytest.raises(StacksFailedError, match="state push"):
        apply_plans(SavedPlans.load(ON_AWS).ready, ON_AWS, engine.console)
    assert "but not those of global: push these first. Plan again" in output.getvalue()


def test_destroy_keeps_state_that_was_refused(server: StateServer, engine: Engine, unsaved: Path) -> None:
    engine.deploy({"global": ()})
    server.refuses = True
    with pytest.raises(StacksFailedError, match="state push"):
        engine.destroy({"global": ()})
    assert json.loads(unsaved.read_text())["resources"] == []


def test_unsaved_states_are_not_overwritten(stacks: TerraformStacks, unsaved: Path) -> None:
    for text in ("1", "2", "3"):
        (stacks.stack_folder("global") / "errored.tfstate").write_text(text)
        keep_unsaved_state(stacks.stack_folder("global"))
    (unsaved.parent / "global-blog.tfstate").write_text("of another stack")
    assert [path.read_text() for path in unsaved_states("global")] == ["1", "2", "3"]
    with pytest.raises(UnsavedStateError) as refused:
        Terraform("global").check_saved()
    assert str(refused.value).count(" state push ") == 3
    assert finished_changes(["edge"]) == "Finished changes are in the states."


def test_interrupted_command_prints_the_push(output: io.StringIO) -> None:
    _print_what_stopped({"global": StackProgress("global", unsaved="state push it")}, Console(file=output))
    assert "state push it" in output.getvalue()
