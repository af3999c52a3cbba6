"""Installs the checkers, each in a virtual environment of its own under .local/tools/."""

import hashlib
import subprocess
import sys
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
        # Only pip-audit uses pip itself. Installing pip takes 5 s, and compiling what is never imported another 5 s.
        venv.create(home, clear=True, with_pip=tool == "pip-audit")
        pip = [sys.executable, "-m", "pip", "--python", str(home / "bin/python"), "install", "--no-compile"]
        options = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([*pip, *options, "--requirement", str(requirements)], check=True)
        stamp.write_text(wanted)
    return home / "bin"
