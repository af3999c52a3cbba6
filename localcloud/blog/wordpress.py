"""Fetches WordPress's code from Debian's packages, without a container engine.

Debian 12 has WordPress 6.1; the image on AWS is newer. The packages of newer Debian releases do not depend on their
PHP. So they are downloaded with a private apt configuration, which does not touch the system's, and unpacked without
installation.
"""

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from localcloud.layout import ROOT

SUITES = ("sid", "trixie")
"""Releases of Debian, tried one after the other: the index of each takes seconds to load."""
PACKAGES = (
    "wordpress",
    "libjs-cropper",
    "libjs-jquery",
    "libjs-jquery-ui",
    "libjs-lodash",
    "libjs-underscore",
    "libphp-phpmailer",
    "php-getid3",
)
"""WordPress, and the libraries that Debian packages separately."""

UNWANTED = (
    "readme.html",
    "license.txt",
    "wp-config-sample.php",
    "wp-admin/install.php",
    "wp-admin/setup-config.php",
    "wp-content",
    "wp-config.php",
)
"""Files that the image omits too, and files that ours replace."""

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_CACHE = ROOT / ".local" / "wordpress"


class WordPressUnavailableError(Exception):
    """The blog cannot run on this machine. The message gives the reason."""


def ensure_wordpress() -> Path:
    """Return the document root: WordPress with this repository's configuration and content. Fetched once per checkout.

    Raises WordPressUnavailableError without apt, or when its archive cannot be reached.
    """
    served = _CACHE / "served"
    if not is_fetched():
        if shutil.which("apt-get") is None or not KEYRING.exists():
            raise WordPressUnavailableError(
                "WordPress comes from Debian's archive, which this system does not know"
            )
        _unpack(_fetch())
    _link(served / "wp-config.php", ROOT / "blog" / "wp-config.php")
    _link(served / "wp-content", ROOT / "blog" / "wp-content")
    return served


def is_fetched() -> bool:
    """Whether WordPress was fetched into this checkout."""
    return (_CACHE / "served" / "wp-load.php").exists()


def _fetch() -> list[Path]:
    folder = _CACHE / "apt"
    for part in ("lists/partial", "cache/archives/partial", "packages"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    *others, last = SUITES
    for suite in others:
        with suppress(WordPressUnavailableError):
            return _download(folder, suite)
    return _download(folder, last)


def _download(folder: Path, suite: str) -> list[Path]:
    (folder / "sources.list").write_text(
        f"deb [signed-by={KEYRING}] http://deb.debian.org/debian {suite} main\n"
    )
    for left in (folder / "packages").glob("*.deb"):
        left.unlink()
    _apt(folder, "update")
    _apt(folder, "download", *PACKAGES)
    return sorted((folder / "packages").glob("*.deb"))


def _apt(folder: Path, *arguments: str) -> None:
    options = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": folder / "lists",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder / "cache",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root",
    }
    chosen = [f"-o={name}={value}" for name, value in options.items()]
    done = subprocess.run(
        ["apt-get", "--quiet", *chosen, *arguments], cwd=folder / "packages", capture_output=True, text=True
    )
    if done.returncode:
        raise WordPressUnavailableError(f"apt-get {arguments[0]} failed: {done.stderr.strip()[-300:]}")


def _unpack(packages: list[Path]) -> None:
    root = _CACHE / "root"
    for package in packages:
        subprocess.run(["dpkg-deb", "--extract", str(package), str(root)], check=True)
    unpacked = _CACHE / "served.new"
    shutil.rmtree(unpacked, ignore_errors=True)
    # Links into other packages become files. .htaccess is skipped: it links to the system's settings.
    shutil.copytree(root / "usr/share/wordpress", unpacked, ignore=shutil.ignore_patterns(".htaccess"))
    for name in UNWANTED:
        path = unpacked / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    unpacked.replace(_CACHE / "served")
    shutil.rmtree(root)
    shutil.rmtree(_CACHE / "apt")


def _link(link: Path, target: Path) -> None:
    if not link.is_symlink():
        link.symlink_to(target)
