"""`python -m policy.workflows`: runs actionlint on .github/workflows."""

import os
import subprocess
import sys
from pathlib import Path

from policy.tools import programs

WORKFLOWS = Path(__file__).parents[1] / ".github/workflows"


def main() -> int:
    """Check every workflow; returns actionlint's exit code."""
    folder = programs("actionlint")
    # actionlint finds shellcheck on the path.
    environment = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    files = sorted(WORKFLOWS.glob("*.yml"))
    return subprocess.run([folder / "actionlint", *files], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
