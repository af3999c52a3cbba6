"""bin/prerequisites names missing programs and how to install them."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "bin/prerequisites"
ENOUGH = {"python3": "Python 3.11.0", "node": "v20.19.0", "npm": "10.0.0", "terraform": "Terraform v1.11.0"}
SCRIPT_PROGRAMS = ("bash", "dirname", "env", "grep", "head", "sort")


def check(folder: Path, *, terraform_program: str = "", **versions: str) -> subprocess.CompletedProcess[str]:
    """Run the script with a PATH that has only these programs."""
    for name in SCRIPT_PROGRAMS:
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    for name, version in versions.items():
        program = folder / name
        program.write_text(f"#!/usr/bin/env bash\n[ \"$1\" = -m ] || echo '{version}'\n")
        program.chmod(0o755)
    return subprocess.run(
        [folder / "bash", SCRIPT],
        env={"PATH": str(folder), "TERRAFORM": terraform_program},
        capture_output=True,
        text=True,
        check=False,
    )


def test_prerequisites_minimum_versions_pass(tmp_path: Path) -> None:
    done = check(tmp_path, **ENOUGH)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("python3", "missing: Python 3.11 or newer. Get it"),
        ("node", "missing: Node.js 20.19 or a later 20, or 22.12 or newer. Get it"),
        ("npm", "missing: npm 10.0 or newer. It comes with"),
        ("terraform", "missing: Terraform 1.11 or newer. Get it"),
    ],
)
def test_prerequisites_missing_program_is_named(program: str, message: str, tmp_path: Path) -> None:
    done = check(tmp_path, **{name: version for name, version in ENOUGH.items() if name != program})
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(message)


@pytest.mark.parametrize("version", ["20.20.2", "22.12.0", "22.20.1", "23.0.0", "24.1.0"])
def test_prerequisites_later_node_passes(version: str, tmp_path: Path) -> None:
    done = check(tmp_path, **{**ENOUGH, "node": f"v{version}"})
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("version", ["18.20.0", "20.0.0", "20.9.0", "20.18.3", "21.7.3", "22.0.0", "22.11.0"])
def test_prerequisites_node_without_vite_is_refused(version: str, tmp_path: Path) -> None:
    done = check(tmp_path, **{**ENOUGH, "node": f"v{version}"})
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(
        f"too old: Node.js is {version}, 20.19 or a later 20, or 22.12 or newer is needed. Get it"
    )


def test_prerequisites_checks_named_terraform(tmp_path: Path) -> None:
    programs = {
        **{name: text for name, text in ENOUGH.items() if name != "terraform"},
        "tofu": "OpenTofu v1.10.0",
    }
    done = check(tmp_path, terraform_program="tofu", **programs)
    assert done.returncode == 1
    assert done.stderr.startswith("too old: tofu is 1.10.0, 1.11 or newer is needed.")


def test_prerequisites_names_all_old_programs(tmp_path: Path) -> None:
    done = check(
        tmp_path, python3="Python 3.9.18", node="v18.20.0", npm="9.9.9", terraform="Terraform v1.10.5"
    )
    assert done.returncode == 1
    assert [line.partition(", ")[0] for line in done.stderr.splitlines()] == [
        "too old: Python is 3.9.18",
        "too old: Node.js is 18.20.0",
        "too old: npm is 9.9.9",
        "too old: Terraform is 1.10.5",
    ]
