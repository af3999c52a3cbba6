"""bin/debian-packages installs what is missing, or prints the command."""

import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "bin/debian-packages"
PROGRAMS = ("bash", "env", "grep", "mktemp", "rm", "tail")

FAKES = {
    "dpkg-query": 'case "$4" in installed) echo "install ok installed" ;; *) exit 1 ;; esac',
    "apt-cache": 'case "$2" in of-ubuntu | of-debian) echo "Package: $2" ;; esac',
    "apt-get": 'echo "$@" >>"$CALLS"',
    "id": 'echo "$USER_ID"',
    "sudo": '[ "$SUDO" = yes ] || exit 1; shift; "$@"',
}
"""Stand-ins for the programs that change the machine."""


class Machine:
    """A machine with a package manager that records its calls."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._calls = folder / "calls"
        self._calls.touch()
        for name in PROGRAMS:
            found = shutil.which(name)
            assert found
            (folder / name).symlink_to(found)
        for name, body in FAKES.items():
            (folder / name).write_text(f"#!{folder}/bash\n{body}\n")
            (folder / name).chmod(0o755)

    def run(self, *packages: str, user: int = 0, sudo: str = "no") -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": str(self._folder),
            "CALLS": str(self._calls),
            "USER_ID": str(user),
            "SUDO": sudo,
        }
        return subprocess.run(
            [self._folder / "bash", SCRIPT, *packages],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        return self._calls.read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_debian_packages_installed_does_nothing(machine: Machine) -> None:
    assert machine.run("other,installed").returncode == 0
    assert machine.calls == []


@pytest.mark.parametrize("available", ["of-debian", "of-ubuntu"])
def test_debian_packages_picks_known_alternative(machine: Machine, available: str) -> None:
    assert machine.run(f"unknown,{available}").returncode == 0
    assert machine.calls == ["update", f"install -y --no-install-recommends {available}"]


def test_debian_packages_uses_passwordless_sudo(machine: Machine) -> None:
    assert machine.run("of-debian", user=1000, sudo="yes").returncode == 0
    assert machine.calls[-1].endswith("of-debian")


def test_debian_packages_without_sudo_prints_command(machine: Machine) -> None:
    done = machine.run("of-debian", user=1000)
    assert done.returncode == 1
    assert done.stderr.endswith("sudo apt-get install -y --no-install-recommends of-debian\n")
    assert machine.calls == []
