"""Installs what the blog needs on this machine: `python3 -m localcloud.blog.installation`.

The Makefile runs it beside the other installations, so it needs the standard library only.
"""

import os
import shutil
import subprocess
import sys

from localcloud.blog.wordpress import KEYRING, WordPressUnavailableError, ensure_wordpress, is_fetched
from localcloud.layout import ROOT

PROGRAMS = {
    "php": ("php-cli", "php-mysql", "php-gd", "php-xml", "php-mbstring"),
    "mariadbd": ("mariadb-server-core,mariadb-server-core-10.6",),
    "mariadb": ("mariadb-client",),
}
"""Programs that the blog needs, with their packages, by the names in Debian and Ubuntu: see `bin/debian-packages`."""
KEYRING_PACKAGE = "debian-archive-keyring"
INSTALL_SECONDS = 240
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
"""Debian has mariadbd in a folder that is on the PATH of root only."""


def missing_packages() -> list[str]:
    """Packages that are missing for the blog, as arguments of `bin/debian-packages`."""
    missing = [
        package
        for program, packages in PROGRAMS.items()
        if shutil.which(program, path=PATH) is None
        for package in packages
    ]
    return missing if is_fetched() or KEYRING.exists() else [*missing, KEYRING_PACKAGE]


def ensure_runnable() -> None:
    """Install the packages that the blog needs, if it can be done without a prompt, and fetch WordPress.

    Raises WordPressUnavailableError with the command to run otherwise.
    """
    if missing := missing_packages():
        try:
            done = subprocess.run(
                [ROOT / "bin" / "debian-packages", *missing],
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise WordPressUnavailableError(f"the installation took over {INSTALL_SECONDS} s") from error
        if done.returncode:
            lines = done.stderr.strip().splitlines() or ["its packages could not be installed"]
            raise WordPressUnavailableError(lines[-1])
    ensure_wordpress()


def main() -> None:
    """Install what is missing; exit 1 with the reason where that is impossible."""
    try:
        ensure_runnable()
    except WordPressUnavailableError as reason:
        sys.exit(f"the blog cannot run here: {reason}")


if __name__ == "__main__":
    main()
