"""`python -m policy`: runs checkov on the Terraform for AWS, and detect-secrets on it and on the repository.

Both must find nothing. The Terraform is that of settings/example.toml with the defaults, with all features on, and with
the other source of delivery.
"""

import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console

from policy import secrets
from policy.report import Report, read
from policy.synthesized import remove_repeated, synthesized
from policy.tools import programs

MAX_REASONS = 12
"""Maximum number of reasons for exceptions, see docs/adr/0030."""

_QUIET = {"LOG_LEVEL": "CRITICAL"}


def main() -> int:
    """Synthesize, check, print; the result is the exit code."""
    with synthesized() as folder:
        secret = [*secrets.scan(secrets.checked_in()), *secrets.scan_terraform(folder)]
        remove_repeated(folder)
        report = read(checked(folder), folder)
    return show(report, Console()) | secrets.show(secret, secrets.explained())


def checked(folder: Path) -> str:
    """Checkov's findings for the stacks in a folder, as JSON. One process for all: it takes 5 s to start.

    Raises:
        subprocess.CalledProcessError: checkov itself failed.
    """
    command = [str(programs("checkov") / "checkov"), "--directory", str(folder)]
    options = ["--framework", "terraform_json", "--output", "json", "--compact", "--quiet", "--skip-download"]
    run = subprocess.run(
        [*command, *options], env=os.environ | _QUIET, check=False, capture_output=True, text=True
    )
    if run.returncode not in {0, 1}:
        raise subprocess.CalledProcessError(run.returncode, "checkov", run.stdout, run.stderr)
    return run.stdout


def show(report: Report, console: Console) -> int:
    """Print failures and suppressed findings; 1 for a failure, an unused suppression or too many reasons."""
    for finding in report.failures:
        console.print(f"[red]{finding.check}[/red] {finding.meaning}\n    {finding.address}")
    for suppression in report.idle:
        console.print(f"[red]unused suppression[/red] {suppression}")
    reasons = report.reasons
    for reason, excused in reasons.items():
        console.print(f"[dim]{', '.join(sorted(excused))}[/dim]\n    {reason}")
    console.print(
        f"{len(report.failures)} failures; {len(reasons)} reasons, of {MAX_REASONS} at most, "
        f"cover {sum(map(len, reasons.values()))} findings (a check on a kind of resource)"
    )
    return int(bool(report.failures or report.idle) or len(reasons) > MAX_REASONS)


if __name__ == "__main__":
    sys.exit(main())
