"""Rules of the GitHub workflows that actionlint does not check."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.synthesis import EVERYTHING, shop

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
GITHUB_APPROVAL_DAYS = 30
"""https://docs.github.com/en/actions/reference/limits"""
PIPELINE = "docs/walkthrough/6-pipeline.md"
TARGETS = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def jobs(workflow: str) -> dict[str, Any]:
    document = yaml.safe_load((ROOT / ".github/workflows" / f"{workflow}.yml").read_text())
    return dict(document["jobs"])


def commands(workflow: Path) -> str:
    steps = [step for job in jobs(workflow.stem).values() for step in job.get("steps", [])]
    return "\n".join(step["run"] for step in steps if "run" in step)


def test_apply_has_a_round_per_dependency_level() -> None:
    of = shop(**EVERYTHING)
    stacks = json.loads((of.folder / "manifest.json").read_text())["stacks"]

    def depth(stack: str) -> int:
        return 1 + max(map(depth, stacks[stack]["dependencies"]), default=0)

    rounds = [name for name, job in jobs("apply").items() if job.get("uses", "").endswith("/round.yml")]
    assert len(rounds) == max(map(depth, stacks))
    after_each_other = [jobs("apply")[name].get("needs") for name in [*rounds, "nothing-is-left"]]
    assert after_each_other == [None, *rounds]


def test_apply_role_needs_approval() -> None:
    for workflow in WORKFLOWS:
        for name, job in jobs(workflow.stem).items():
            takes_role = "vars.APPLY_ROLE }}" in json.dumps(job.get("steps", []))
            assert takes_role == (job.get("environment") == "production"), f"{workflow.name}: {name}"


def test_round_applies_the_approved_plans() -> None:
    (download,) = [
        step for step in jobs("round")["apply"]["steps"] if "download-artifact" in step.get("uses", "")
    ]
    (upload,) = [step for step in jobs("round")["plan"]["steps"] if "upload-artifact" in step.get("uses", "")]
    assert download["with"]["name"] == upload["with"]["name"]
    made = re.findall(r"make ([a-z][a-z0-9-]*)", json.dumps(jobs("round")["apply"]))
    assert made == ["install", "apply"]


def test_round_uploads_unsaved_states_encrypted(tmp_path: Path) -> None:
    steps = jobs("round")["apply"]["steps"]
    *_, applied, encrypt, upload = steps
    assert applied == {"run": "make apply"}
    assert encrypt["if"] == "failure() || cancelled()"
    assert upload["if"].startswith("(failure() || cancelled()) && steps.unsaved.")
    assert "${{ github.run_attempt }}" in upload["with"]["name"], "an artifact of a name is uploaded once"
    assert "openssl cms -encrypt -binary -aes-256-cbc -outform DER" in encrypt["run"]

    certificate, key, output = (tmp_path / name for name in ("certificate.pem", "key.pem", "output"))
    make_key = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-noenc", "-subj", "/CN=plans")
    subprocess.run([*make_key, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    environment = {
        "PATH": os.environ["PATH"],
        "CERTIFICATE": certificate.read_text(),
        "GITHUB_OUTPUT": str(output),
    }

    def run() -> None:
        script = ["bash", "-eo", "pipefail", "-c", encrypt["run"]]
        subprocess.run(script, cwd=tmp_path, env=environment, check=True, capture_output=True)

    run()
    assert not output.exists(), "nothing to upload"
    state = tmp_path / ".local" / "unsaved-states" / "global.tfstate"
    state.parent.mkdir(parents=True)
    state.write_text("{}")
    run()
    assert output.read_text() == "encrypted=true\n"
    state.unlink()
    (decrypt,) = re.findall(r"^openssl cms -decrypt.*$", (ROOT / PIPELINE).read_text(), re.MULTILINE)
    assert "unsaved-states.cms" in decrypt
    assert (tmp_path / upload["with"]["path"]).exists()
    subprocess.run(["bash", "-eo", "pipefail", "-c", decrypt], cwd=tmp_path, check=True)
    assert state.read_text() == "{}"


def test_plans_outlive_the_wait_for_approval() -> None:
    (upload,) = [step for step in jobs("round")["plan"]["steps"] if "upload-artifact" in step.get("uses", "")]
    assert upload["with"]["retention-days"] >= GITHUB_APPROVAL_DAYS


def test_expired_plans_are_explained() -> None:
    steps = jobs("round")["apply"]["steps"]
    (number,) = [at for at, step in enumerate(steps) if "download-artifact" in step.get("uses", "")]
    explanation = steps[number + 1]
    assert explanation["if"] == f"failure() && steps.{steps[number]['id']}.outcome == 'failure'"
    assert "expired" in explanation["run"]
    assert "run the workflow again" in explanation["run"]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_workflow_runs_make_targets(workflow: Path) -> None:
    assert "python -m" not in commands(workflow)
    assert set(re.findall(r"\bmake ([a-z][a-z0-9-]*)", commands(workflow))) <= TARGETS


@pytest.mark.parametrize(
    "file", [*WORKFLOWS, ROOT / ".github/actions/toolchain/action.yml"], ids=lambda file: file.stem
)
def test_actions_are_pinned_to_commits(file: Path) -> None:
    for used in re.findall(r"uses: (\S+)", file.read_text()):
        assert used.startswith("./") or re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", used), used


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_workflow_with_pipes_sets_pipefail(workflow: Path) -> None:
    document = yaml.safe_load(workflow.read_text())
    if "|" in commands(workflow).replace("||", ""):
        assert document["defaults"]["run"]["shell"] == "bash", (
            "GitHub sets pipefail only if the shell is named"
        )


def all_jobs() -> list[Any]:
    return [
        pytest.param(workflow, name, id=f"{workflow.stem}-{name}")
        for workflow in WORKFLOWS
        for name in jobs(workflow.stem)
    ]


def takes_credentials(job: dict[str, Any]) -> bool:
    return any("configure-aws-credentials" in step.get("uses", "") for step in job.get("steps", []))


@pytest.mark.parametrize(("workflow", "name"), all_jobs())
def test_job_installs_packages_before_credentials(workflow: Path, name: str) -> None:
    steps = jobs(workflow.stem)[name].get("steps", [])
    if not takes_credentials({"steps": steps}):
        return
    uses = [step.get("uses", "") for step in steps]
    first = next(number for number, used in enumerate(uses) if "configure-aws-credentials" in used)
    before = " ".join(step.get("run", "") for step in steps[:first])
    assert re.search(r"make (ready|install|synth)\b", before)


@pytest.mark.parametrize(("workflow", "name"), all_jobs())
def test_job_has_only_needed_permissions(workflow: Path, name: str) -> None:
    document = yaml.safe_load(workflow.read_text())
    assert document["permissions"] == {"contents": "read"}
    job = document["jobs"][name]
    extra = set(job.get("permissions", {})) - {"contents"}
    assert ("id-token" in extra) == (takes_credentials(job) or "uses" in job)
    assert extra - {"id-token"} <= {"plan": {"pull-requests"}, "drift": {"issues"}}.get(name, set())


@pytest.mark.parametrize(("workflow", "name"), all_jobs())
def test_job_with_secrets_needs_approval(workflow: Path, name: str) -> None:
    job = jobs(workflow.stem)[name]
    if "secrets." in json.dumps(job):
        assert job["environment"] == "production", "a pushed branch can print the secrets of the repository"


@pytest.mark.parametrize(("workflow", "name"), all_jobs())
def test_called_workflow_gets_its_secrets(workflow: Path, name: str) -> None:
    job = jobs(workflow.stem)[name]
    called = job.get("uses", "")
    if called.startswith("./") and "secrets." in (ROOT / called).read_text():
        assert job.get("secrets") == "inherit", "secrets of an environment are empty in a called workflow"


@pytest.mark.parametrize("name", jobs("apply"))
def test_apply_runs_on_main_only(name: str) -> None:
    assert "github.ref == 'refs/heads/main'" in jobs("apply")[name]["if"]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda workflow: workflow.stem)
def test_workflow_scripts_take_no_expressions(workflow: Path) -> None:
    assert "${{" not in commands(workflow), "pass values in `env`: an expression is pasted into the script"


def test_plan_updates_only_its_own_comment() -> None:
    script = commands(ROOT / ".github/workflows/plan.yml")
    assert "--edit-last" not in script
    assert "<!-- bookstore plan -->" in script


def test_plan_of_a_fork_does_not_count_as_passed() -> None:
    job = jobs("plan")["planned"]
    (step,) = job["steps"]
    assert job["if"] == "always()"

    def outcome(result: str, fork: str) -> int:
        return subprocess.run(
            ["bash", "-e", "-c", step["run"]], env={"RESULT": result, "FORK": fork}, check=False
        ).returncode

    assert [outcome("success", "false"), outcome("skipped", "false")] == [0, 0]
    assert [outcome("skipped", "true"), outcome("failure", "false")] == [1, 1]
