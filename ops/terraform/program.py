"""Names the program that runs Terraform. `bin/prerequisites` imports it, so it needs the standard library only."""

import os

EXECUTABLE_VARIABLE = "TERRAFORM"
"""Names the program, `terraform` by default; `tofu` is OpenTofu."""


def executable() -> str:
    """The program to run."""
    return os.environ.get(EXECUTABLE_VARIABLE) or "terraform"
