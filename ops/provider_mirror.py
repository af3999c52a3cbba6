"""Finds Terraform's AWS provider where the registry cannot be reached, and installs it once per checkout.

`python3 -m ops.provider_mirror` runs before the Python packages are installed, so this module uses the standard
library only. It writes a CLI configuration below `.local/terraform`, which every Terraform of this checkout then uses
(`use`). Nothing is written to HOME.
https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.request
import zipfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from ops.errors import OperatorError
from ops.terraform.program import executable

VERSION = "5.100.0"
"""The AWS provider that cdktf-cdktf-provider-aws (Pipfile.lock) was generated for."""
REGISTRY = "registry.terraform.io"
MIRROR_VARIABLE = "TERRAFORM_PROVIDER_MIRROR"
CONFIG_VARIABLE = "TF_CLI_CONFIG_FILE"
SEARCHED = (Path("/opt"), Path("/usr/share"), Path("/usr/local/share"), Path("/srv"))
SEARCH_DEPTH = 3
PROBE_SECONDS = 5
VERSION_SECONDS = 60
DOWNLOAD_SECONDS = 900

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".local" / "terraform"
_PROVIDER = Path(REGISTRY, "hashicorp", "aws")
_TERRAFORM = re.compile(r"^Terraform v\S+\non (\w+)$", re.MULTILINE)
"""The version and the platform, as `terraform version` prints them. OpenTofu prints its own name."""
_FIRST_LINE = "# AWS provider from "
_USERS_PART = "# The user's own configuration:\n"


class ProviderUnavailableError(OperatorError):
    """The provider is neither on this machine nor can it be downloaded, or Terraform does not run.

    The message says what to do.
    """


def use() -> str:
    """Make this process and its children use the provider's mirror. Returns where the provider comes from.

    Raises ProviderUnavailableError.
    """
    with _lock():
        mirror, source = _find()
        if mirror is None:
            return source
        _write_config(mirror)
    os.environ[CONFIG_VARIABLE] = str(_config())
    return source


def _find() -> tuple[Path | None, str]:
    """The mirror and its description; no mirror where the program or the user's configuration has another source."""
    if _platform() is None:
        return None, f"the registry of {executable()}, which is not Terraform"
    named = os.environ.get(MIRROR_VARIABLE)
    if named:
        return _named_mirror(Path(named)), f"the mirror {named}"
    users = _users_config()
    if re.search(r"\b(network_mirror|dev_overrides)\b", users):
        return None, "the source that Terraform's CLI configuration names"
    configured = map(Path, re.findall(r'^\s*path\s*=\s*"([^"]+)"', users, re.MULTILINE))
    for mirror in (*configured, *_implied_mirrors(), _cache(), *_recorded()):
        if usable := _usable(mirror):
            return usable, f"the mirror {mirror}"
    if _registry_answers():
        _download()
        return _cache(), f"{REGISTRY}, kept in {_cache()}"
    for mirror in _search(SEARCHED):
        if usable := _usable(mirror):
            return usable, f"the mirror {mirror}"
    raise ProviderUnavailableError(
        f"Terraform's AWS provider {VERSION} is missing: {REGISTRY} cannot be reached, and no mirror was found.\n"
        f"Either allow HTTPS to {REGISTRY} and releases.hashicorp.com, or on a connected machine run\n"
        "  terraform providers mirror DIRECTORY\n"
        f"in a folder that requires hashicorp/aws {VERSION}, copy DIRECTORY here, and set {MIRROR_VARIABLE}=DIRECTORY."
    )


def _named_mirror(path: Path) -> Path:
    mirror = path.parent if path.name == REGISTRY else path
    if usable := _usable(mirror):
        return usable
    raise ProviderUnavailableError(
        f"{MIRROR_VARIABLE} is {path}, which does not hold {_PROVIDER}/{VERSION}/{_platform()}"
    )


def _usable(mirror: Path) -> Path | None:
    """`mirror` with the provider unpacked, or the cache into which its archive was unpacked; None without either.

    Terraform links to an unpacked provider and unpacks an archive again for every stack, 600 MB each.
    """
    if _is_unpacked(mirror):
        return mirror.resolve()
    archive = mirror / _PROVIDER / f"terraform-provider-aws_{VERSION}_{_platform()}.zip"
    if not archive.is_file():
        return None
    _unpack(archive)
    return _cache()


def _is_unpacked(mirror: Path) -> bool:
    folder = mirror / _PROVIDER / VERSION / str(_platform())
    return any(folder.glob("terraform-provider-aws_*"))


def _unpack(archive: Path) -> None:
    if _is_unpacked(_cache()):
        return
    target = _cache() / _PROVIDER / VERSION / str(_platform())
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder, zipfile.ZipFile(archive) as packed:
        for name in packed.namelist():
            Path(packed.extract(name, folder)).chmod(0o755)
        shutil.copytree(folder, target, copy_function=shutil.move)


def _implied_mirrors() -> Iterator[Path]:
    """Terraform's implied local mirrors.

    https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
    """
    home = Path(os.environ.get("HOME") or "/nonexistent")
    data_home = os.environ.get("XDG_DATA_HOME") or home / ".local/share"
    shared = (os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    yield ROOT / "terraform.d/plugins"
    yield home / ".terraform.d/plugins"
    yield home / "Library/Application Support/io.terraform/plugins"
    for folder in filter(None, map(str, (data_home, *shared))):
        yield Path(folder) / "terraform/plugins"


def _recorded() -> Iterator[Path]:
    """The mirror that an earlier run found."""
    with contextlib.suppress(OSError):
        first = _config().read_text(encoding="utf-8").partition("\n")[0]
        yield Path(first.removeprefix(_FIRST_LINE))


def _search(roots: Iterable[Path]) -> Iterator[Path]:
    """Folders that contain a folder named as the registry, at most SEARCH_DEPTH levels below `roots`."""
    for root in roots:
        for depth in range(SEARCH_DEPTH):
            pattern = "/".join([*["*"] * depth, REGISTRY])
            yield from (found.parent for found in sorted(root.glob(pattern)) if found.is_dir())


def _registry_answers() -> bool:
    answers = threading.Event()

    def probe() -> None:
        address = f"https://{REGISTRY}/.well-known/terraform.json"
        with contextlib.suppress(OSError, ValueError), urllib.request.urlopen(address, timeout=PROBE_SECONDS):
            answers.set()

    # In a thread, because the timeout of urllib does not include the time of the name's resolution.
    thread = threading.Thread(target=probe, daemon=True)
    thread.start()
    thread.join(PROBE_SECONDS + 1)
    return answers.is_set()


def _download() -> None:
    """Have Terraform download the provider into the cache. Raises ProviderUnavailableError."""
    _cache().mkdir(parents=True, exist_ok=True)
    required = {"aws": {"source": "hashicorp/aws", "version": VERSION}}
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        Path(folder, "main.tf.json").write_text(json.dumps({"terraform": {"required_providers": required}}))
        done = _run(
            *(executable(), f"-chdir={folder}", "init", "-backend=false", "-input=false", "-no-color"),
            seconds=DOWNLOAD_SECONDS,
            TF_PLUGIN_CACHE_DIR=str(_cache()),
        )
    if done.returncode or not _is_unpacked(_cache()):
        raise ProviderUnavailableError(
            f"the download of the AWS provider {VERSION} failed:\n{done.stderr.strip()[-800:]}"
        )


def _platform() -> str | None:
    """Terraform's platform, such as `linux_amd64`; None for a program that is not Terraform.

    It may differ from Python's, which macOS runs for either processor. Raises ProviderUnavailableError.
    """
    return _platform_of(executable())


@cache
def _platform_of(program: str) -> str | None:
    shown = _run(program, "version", seconds=VERSION_SECONDS)
    if shown.returncode:
        raise ProviderUnavailableError(f"`{program} version` failed:\n{shown.stderr.strip()[-800:]}")
    found = _TERRAFORM.search(shown.stdout)
    return found[1] if found else None


def _run(*command: str, seconds: float, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Terraform without our CLI configuration. Raises ProviderUnavailableError if it does not start or end."""
    environment = {
        **{name: value for name, value in os.environ.items() if name != CONFIG_VARIABLE},
        "CHECKPOINT_DISABLE": "1",
        **variables,
    }
    try:
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=seconds, check=False
        )
    except FileNotFoundError:
        raise ProviderUnavailableError(f"{command[0]} is not installed or not on PATH") from None
    except OSError as error:
        raise ProviderUnavailableError(f"{command[0]} does not start: {error}") from error
    except subprocess.TimeoutExpired:
        raise ProviderUnavailableError(f"`{' '.join(command)}` did not end in {seconds:.0f} s") from None


def _users_config() -> str:
    """The user's CLI configuration without our own part; empty without one."""
    named = os.environ.get(CONFIG_VARIABLE)
    path = Path(named) if named else Path(os.environ.get("HOME") or "/nonexistent", ".terraformrc")
    with contextlib.suppress(OSError):
        text = path.read_text(encoding="utf-8")
        return text.partition(_USERS_PART)[2] if text.startswith(_FIRST_LINE) else text
    return ""


def _write_config(mirror: Path) -> None:
    """Write our CLI configuration: the mirror for the AWS provider, and the user's other settings."""
    users = _users_config()
    address = str(_PROVIDER)
    installation = (
        "provider_installation {\n"
        f'  filesystem_mirror {{\n    path    = {_quoted(mirror)}\n    include = ["{address}"]\n  }}\n'
        f'  direct {{\n    exclude = ["{address}"]\n  }}\n'
        "}\n"
    )
    text = f"{_FIRST_LINE}{mirror}\n{installation}{_USERS_PART}{_without_installation(users)}"
    config = _config()
    if config.is_file() and config.read_text(encoding="utf-8") == text:
        return
    new = config.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.chmod(0o600)
    new.replace(config)


def _without_installation(text: str) -> str:
    """`text` without its `provider_installation` block: Terraform accepts one block only."""
    start = re.search(r"^[ \t]*provider_installation\b[^{]*\{", text, re.MULTILINE)
    if not start:
        return text
    depth, end = 1, start.end()
    while depth and end < len(text):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
    return text[: start.start()] + text[end:]


def _quoted(path: Path) -> str:
    text = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("${", "$${").replace("%{", "%%{") + '"'


def _config() -> Path:
    return FOLDER / "cli.tfrc"


def _cache() -> Path:
    return FOLDER / "plugins"


@contextlib.contextmanager
def _lock() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """Print where the provider comes from, or what to do without one."""
    try:
        print(f"Terraform's AWS provider {VERSION}: {use()}")
    except ProviderUnavailableError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
