"""Checkers that pin their own dependencies, each in a virtual environment of its own under .local/tools/."""

import hashlib
import subprocess
import venv
from pathlib import Path

TOOLS = Path(".local/tools").absolute()
REQUIREMENTS = Path(__file__).parent


def programs(tool: str) -> Path:
    """The folder of `tool`'s programs, after what `policy/<tool>.txt` pins has been installed there.

    It is installed again only when that file changes.
    """
    requirements = REQUIREMENTS / f"{tool}.txt"
    home = TOOLS / tool
    stamp = home / "installed"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"installing {tool}", flush=True)
        venv.create(home, clear=True, with_pip=True)
        subprocess.run(
            [home / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements],
            check=True,
        )
        stamp.write_text(wanted)
    return home / "bin"
