"""`python -m policy`: checkov over the Terraform of settings/example.toml; it must find nothing."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from policy.report import Report, read
from policy.tools import programs

SETTINGS = "settings/example.toml"

MOST_REASONS = 12
"""More exceptions than these, and the rule would be what needs mending."""

_QUIET = {"LOG_LEVEL": "CRITICAL"}


def main() -> int:
    """Synthesize, check, print; the result is the exit code."""
    with tempfile.TemporaryDirectory(prefix="policy-") as folder:
        environment = os.environ | {"CDKTF_OUTDIR": folder, "SETTINGS": SETTINGS}
        subprocess.run([sys.executable, "main.py"], env=environment, check=True)
        stacks = Path(folder) / "stacks"
        report = read(checked(stacks), stacks)
    return show(report, Console())


def checked(stacks: Path) -> str:
    """What checkov says of the stacks, as JSON."""
    command = [str(programs("checkov") / "checkov"), "--directory", str(stacks)]
    options = ["--framework", "terraform_json", "--output", "json", "--compact", "--quiet", "--skip-download"]
    run = subprocess.run(
        [*command, *options], env=os.environ | _QUIET, check=False, capture_output=True, text=True
    )
    if run.returncode not in {0, 1}:
        raise subprocess.CalledProcessError(run.returncode, "checkov", run.stdout, run.stderr)
    return run.stdout


def show(report: Report, console: Console) -> int:
    """Print what fails and what is excused; 1 if anything fails, or if excuses are too many or in vain."""
    for finding in report.failures:
        console.print(f"[red]{finding.check}[/red] {finding.meaning}\n    {finding.address}")
    for suppression in report.idle:
        console.print(f"[red]suppressed in vain[/red] {suppression}")
    reasons = report.reasons
    for reason, checks in reasons.items():
        console.print(f"[dim]{', '.join(sorted(checks))}[/dim] {reason}")
    console.print(
        f"{len(report.failures)} failures; {len(reasons)} suppressions, of {MOST_REASONS} at most, "
        f"answer {sum(map(len, reasons.values()))} checks"
    )
    return int(bool(report.failures or report.idle) or len(reasons) > MOST_REASONS)


if __name__ == "__main__":
    sys.exit(main())
