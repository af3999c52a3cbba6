"""`ops unlock`: removes the lock that a crashed Terraform left on a stack's state."""

from typing import Annotated

import typer

from ops.checkout_lock import checkout_lock
from ops.cli import DEFAULT_SETTINGS, SettingsOption
from ops.errors import InputError, RefusedError
from ops.synthesis import stack_order, synthesize, synthesized_folder
from ops.terraform.events import Phase, StackProgress, StateLock
from ops.terraform.process import Terraform
from stacks.settings import Settings


def unlock(
    stack: Annotated[str, typer.Argument(help="The stack, as `make plan` names it.")],
    settings: SettingsOption = DEFAULT_SETTINGS,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Show who holds the lock of a stack's state and since when, and remove it after asking."""
    Settings.load(settings)
    with checkout_lock("unlock"):
        synthesize(settings, synthesized_folder() / "synth.log")
        if stack not in stack_order():
            raise InputError(f"no stack {stack!r}: this deployment has {', '.join(stack_order())}")
        terraform = Terraform(stack)
        terraform.prepare()
        lock = find_lock(terraform)
        if lock is None:
            typer.echo(f"{stack}: the state is not locked")
            return
        typer.echo(f"{stack}: locked by {lock}, lock {lock.id}")
        if not yes and not typer.confirm("Has that command ended? Remove the lock?"):
            raise RefusedError("the lock was left")
        terraform.text("force-unlock", "-force", lock.id)
        typer.echo(f"{stack}: unlocked")


def find_lock(terraform: Terraform) -> StateLock | None:
    """The lock of the stack's state, from the error of a plan that cannot have it; None where it is free.

    No backend has a command that shows a lock. Raises RefusedError when the plan fails for another reason: it may not
    have come to the lock. A stack that reads one without a deployment has come to it.
    """
    progress = StackProgress(terraform.stack)
    code = terraform.events("plan", "-input=false", "-refresh=false", "-lock=true", take=progress.take)
    awaits = progress.errors and all(error.needs_a_deployment for error in progress.errors)
    if code and progress.lock is None and not awaits:
        progress.phase = Phase.FAILED
        raise RefusedError(f"whether the state is locked, and by whom, is not known:\n{progress.account()}")
    return progress.lock
