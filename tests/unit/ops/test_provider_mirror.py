"""Search for the AWS provider's mirror, and the CLI configuration that names it."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ops import provider_mirror as mirrors
from tests.support.synthesis import shop

PLATFORM = "plan9_mips"
PROVIDER = Path(f"registry.terraform.io/hashicorp/aws/{mirrors.VERSION}/{PLATFORM}")
TERRAFORM = f"Terraform v1.11.4\non {PLATFORM}\n\nYour version of Terraform is out of date!"


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without mirror, registry and home, with a Terraform for a platform of its own."""
    for name in (mirrors.MIRROR_VARIABLE, mirrors.CONFIG_VARIABLE, "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(mirrors.CONFIG_VARIABLE, str(tmp_path / "missing.tfrc"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_DATA_DIRS", str(tmp_path / "share"))
    monkeypatch.setattr(mirrors, "FOLDER", tmp_path / "checkout" / ".local" / "terraform")
    monkeypatch.setattr(mirrors, "SEARCHED", (tmp_path / "opt",))
    monkeypatch.setattr(mirrors, "_registry_answers", lambda: False)
    monkeypatch.setenv("TERRAFORM", program(tmp_path / "terraform", TERRAFORM))
    return tmp_path


def program(path: Path, version: str, init: str = "exit 1") -> str:
    """Write a program that prints `version` and runs the shell command `init` for a download."""
    path.write_text(f"#!/bin/sh\n[ \"$1\" = version ] || {{ {init}; }}\necho '{version}'\n")
    path.chmod(0o755)
    return str(path)


def unpacked(mirror: Path) -> Path:
    folder = mirror / PROVIDER
    folder.mkdir(parents=True)
    (folder / "terraform-provider-aws_v5").touch()
    return mirror


def config() -> str:
    return Path(os.environ[mirrors.CONFIG_VARIABLE]).read_text()


def test_use_without_mirror_says_what_to_do() -> None:
    with pytest.raises(
        mirrors.ProviderUnavailableError, match=r"(?s)cannot be reached.*set TERRAFORM_PROVIDER"
    ):
        mirrors.use()


@pytest.mark.parametrize(
    "place", ["opt", "opt/a", "opt/a/b", "home/.terraform.d/plugins", "share/terraform/plugins"]
)
def test_use_finds_mirror(machine: Path, place: str) -> None:
    mirror = unpacked(machine / place)
    assert str(mirror) in mirrors.use()
    assert f'path    = "{mirror}"' in config()
    assert Path(os.environ[mirrors.CONFIG_VARIABLE]).is_relative_to(mirrors.FOLDER)


def test_use_ignores_deep_mirror_and_other_version(machine: Path) -> None:
    unpacked(machine / "opt/a/b/c")
    (machine / "opt/registry.terraform.io/hashicorp/aws/4.0.0" / PLATFORM).mkdir(parents=True)
    with pytest.raises(mirrors.ProviderUnavailableError):
        mirrors.use()


@pytest.mark.parametrize("named", ["named", "named/registry.terraform.io"])
def test_use_prefers_named_mirror(machine: Path, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    unpacked(machine / "opt")
    mirror = unpacked(machine / "named")
    monkeypatch.setenv(mirrors.MIRROR_VARIABLE, str(machine / named))
    mirrors.use()
    assert f'"{mirror}"' in config()


def test_use_named_mirror_empty_is_refused(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked(machine / "opt")
    monkeypatch.setenv(mirrors.MIRROR_VARIABLE, str(machine))
    with pytest.raises(mirrors.ProviderUnavailableError, match="does not hold"):
        mirrors.use()


def test_use_keeps_users_settings(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mirror = unpacked(machine / "own")
    users = machine / "users.tfrc"
    users.write_text(
        'credentials "app.example.com" {\n  token = "t"\n}\n'
        f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
    )
    monkeypatch.setenv(mirrors.CONFIG_VARIABLE, str(users))
    mirrors.use()
    first = config()
    mirrors.use()
    assert config() == first
    assert first.count("provider_installation") == 1
    assert 'credentials "app.example.com"' in first
    assert f'"{mirror}"' in first


def test_use_leaves_network_mirror(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    users = machine / "users.tfrc"
    users.write_text('provider_installation {\n  network_mirror {\n    url = "https://m/"\n  }\n}\n')
    monkeypatch.setenv(mirrors.CONFIG_VARIABLE, str(users))
    mirrors.use()
    assert os.environ[mirrors.CONFIG_VARIABLE] == str(users)


def test_use_unpacks_archive_once(machine: Path) -> None:
    archive = machine / f"opt/registry.terraform.io/hashicorp/aws/terraform-provider-aws_{mirrors.VERSION}"
    archive = archive.with_name(f"{archive.name}_{PLATFORM}.zip")
    archive.parent.mkdir(parents=True)
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("terraform-provider-aws_v5", "binary")
    for _ in range(2):
        mirrors.use()
    program = mirrors.FOLDER / "plugins" / PROVIDER / "terraform-provider-aws_v5"
    assert os.access(program, os.X_OK)
    assert str(mirrors.FOLDER / "plugins") in config()


def test_use_remembers_found_mirror(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked(machine / "opt")
    mirrors.use()
    monkeypatch.setattr(mirrors, "SEARCHED", ())
    mirrors.use()
    assert f'"{machine / "opt"}"' in config()


def test_use_odd_path_is_quoted(machine: Path) -> None:
    unpacked(machine / 'opt/ö "${x}')
    mirrors.use()
    assert r"""/ö \"$${x}" """.strip() in config()


def test_use_downloads_with_named_program(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirrors, "_registry_answers", lambda: True)
    folder = f'"$TF_PLUGIN_CACHE_DIR/{PROVIDER}"'
    download = f"mkdir -p {folder} && touch {folder}/terraform-provider-aws_v5 && exit 0"
    monkeypatch.setenv("TERRAFORM", program(machine / "terraform-1.11", TERRAFORM, download))
    assert "registry.terraform.io, kept in" in mirrors.use()
    assert str(mirrors.FOLDER / "plugins") in config()


def test_use_leaves_other_program_its_registry(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unpacked(machine / "opt")
    monkeypatch.setenv("TERRAFORM", program(machine / "tofu", f"OpenTofu v1.11.0\non {PLATFORM}"))
    assert mirrors.use() == f"the registry of {machine / 'tofu'}, which is not Terraform"
    assert not (mirrors.FOLDER / "cli.tfrc").exists()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", "is not installed or not on PATH"),
        ("opt", "does not start"),
        ("broken", "version` failed"),
    ],
)
def test_use_without_terraform_says_so(
    machine: Path, monkeypatch: pytest.MonkeyPatch, name: str, reason: str
) -> None:
    unpacked(machine / "opt")
    program(machine / "broken", "'; exit 1; echo '")
    monkeypatch.setenv("TERRAFORM", str(machine / name))
    with pytest.raises(mirrors.ProviderUnavailableError, match=reason):
        mirrors.use()


def test_use_ends_slow_download(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirrors, "_registry_answers", lambda: True)
    monkeypatch.setattr(mirrors, "DOWNLOAD_SECONDS", 0.1)
    monkeypatch.setenv("TERRAFORM", program(machine / "slow", TERRAFORM, "exec sleep 60"))
    with pytest.raises(mirrors.ProviderUnavailableError, match="did not end"):
        mirrors.use()


def test_module_needs_no_packages(machine: Path) -> None:
    """`bin/prerequisites` runs it before the packages are installed."""
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        "import sys; sys.path.insert(0, '.'); import ops.provider_mirror",
    ]
    subprocess.run(command, check=True)


def test_version_is_synthesized_version() -> None:
    for stack in shop().stacks.values():
        assert stack.document["terraform"]["required_providers"]["aws"]["version"] == mirrors.VERSION
