"""`ops plan`: what a deployment would change, stack by stack, with Terraform's own exit codes."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ops import cdktf
from ops.planning.saved_plans import PLAN_FILE, plan_file
from stacks.settings import Settings, SettingsError

NO_CHANGE, FAILED, CHANGES = 0, 1, 2
"""Exit codes of `terraform plan -detailed-exitcode`."""


@dataclass(frozen=True)
class StackPlan:
    """What Terraform says of one stack; `code` is its exit code."""

    stack: str
    code: int
    text: str

    @property
    def awaits(self) -> bool:
        """Whether it cannot be planned because a stack that it needs was never deployed."""
        return self.code == FAILED and (
            "Unable to find remote state" in self.text
            or "This object does not have an attribute named" in self.text
        )


def plan(
    settings: Annotated[Path, typer.Option(envvar="SETTINGS", help="The environment's TOML file.")] = Path(
        "settings/local.toml"
    ),
) -> None:
    """Synthesize, then plan every stack; exits 0 when nothing would change, 2 when something would, 1 on errors."""
    console = Console()
    try:
        Settings.load(settings)
        with console.status("synthesizing"):
            cdktf.synthesize(settings, cdktf.synthesized_folder() / "plan.log")
        with console.status("planning"):
            plans = plan_stacks()
    except SettingsError as mistakes:
        console.print(*mistakes.mistakes, sep="\n", markup=False)
        raise typer.Exit(FAILED) from None
    except cdktf.SynthesisError as failure:
        console.print(str(failure), style="red", markup=False)
        raise typer.Exit(FAILED) from None
    for stack in plans:
        console.rule(stack.stack, align="left")
        if stack.awaits:
            console.print("cannot be planned before the stacks that it needs are deployed", style="yellow")
        else:
            console.print(stack.text, markup=False, highlight=False)
    raise typer.Exit(exit_code(plans))


def plan_stacks() -> list[StackPlan]:
    """Plan every synthesized stack, side by side, and keep each plan in a file beside its Terraform."""
    names = cdktf.stack_order(cdktf.synthesized_folder())
    for name in names:
        plan_file(name).unlink(missing_ok=True)
    for name in names:
        # One after the other: they share a cache of providers, which Terraform does not guard.
        prepared = _terraform(name, "init", "-input=false", "-no-color", "-reconfigure")
        if prepared.code != 0:
            return [prepared]
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(_plan, names))


def _plan(stack: str) -> StackPlan:
    planned = _terraform(
        stack, "plan", "-input=false", "-no-color", "-detailed-exitcode", f"-out={PLAN_FILE}"
    )
    if planned.code == FAILED:
        # Terraform saves what it knew when it failed, which would look like a plan that changes little.
        plan_file(stack).unlink(missing_ok=True)
    return planned


def exit_code(plans: list[StackPlan]) -> int:
    """One code for all: an error wins over changes; a stack that cannot be planned yet is a change to come."""
    codes = {CHANGES if stack.awaits else stack.code for stack in plans}
    return next((code for code in (FAILED, CHANGES) if code in codes), NO_CHANGE)


def _terraform(stack: str, *arguments: str) -> StackPlan:
    folder = cdktf.synthesized_folder() / "stacks" / stack
    done = subprocess.run(
        ["terraform", f"-chdir={folder}", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return StackPlan(stack, done.returncode, done.stdout.strip())
