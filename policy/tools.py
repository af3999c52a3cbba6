"""Installs the checkers, each in a virtual environment of its own under .local/tools/."""

import hashlib
import subprocess
import venv
from pathlib import Path

TOOLS = Path(".local/tools").absolute()
REQUIREMENTS = Path(__file__).parent


def programs(tool: str) -> Path:
    """Install what `policy/<tool>.txt` pins, if that file changed; returns the folder of the programs."""
    requirements = REQUIREMENTS / f"{tool}.txt"
    home = TOOLS / tool
    stamp = home / "installed"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"installing {tool}", flush=True)
        venv.create(home, clear=True, with_pip=True)
        options = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([home / "bin/pip", "install", *options, "--requirement", requirements], check=True)
        stamp.write_text(wanted)
    return home / "bin"
