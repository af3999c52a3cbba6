"""`ops deploy`: the same `cdktf deploy` on AWS and on the local cloud, with one line a stack to watch."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ops import cdktf
from ops.cdktf import Listener
from ops.progress import view
from stacks.settings import Settings, SettingsError

LOG = "deploy.log"


class DeployFailedError(Exception):
    """A stack could not be deployed; the message says which, and what Terraform said."""


def deploy(
    settings: Annotated[Path, typer.Option(envvar="SETTINGS", help="The environment's TOML file.")] = Path(
        "settings/local.toml"
    ),
) -> None:
    """Synthesize, then deploy every stack in the order in which they need each other."""
    console = Console()
    try:
        environment = Settings.load(settings)
        log = cdktf.synthesized_folder() / LOG
        with console.status("synthesizing"):
            cdktf.synthesize(settings, log)
        deploy_stacks(environment, settings, console=console, log=log)
    except SettingsError as mistakes:
        console.print(*mistakes.mistakes, sep="\n", markup=False)
        raise typer.Exit(2) from None
    except (cdktf.SynthesisError, DeployFailedError) as failure:
        console.print(str(failure), style="red", markup=False)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        console.print("interrupted: what was finished is in the state, run it again to go on", style="yellow")
        raise typer.Exit(1) from None


def deploy_stacks(environment: Settings, settings: Path, *, console: Console, log: Path) -> None:
    """Deploy what is synthesized. Raises DeployFailedError; KeyboardInterrupt once Terraform has wound down."""
    arguments = [
        "deploy",
        "*",
        "--auto-approve",
        "--skip-synth",
        # cdktf.out is written anew by each synth and kept nowhere: a lock file for other platforms in it helps nobody.
        "--skip-provider-lock",
    ]
    if environment.state.backend != "cloud":
        arguments += ["--terraform-parallelism", str(cdktf.TERRAFORM_PARALLELISM)]
    listener = Listener(cdktf.stack_order(cdktf.synthesized_folder()))
    tail: list[str] = []
    with view(listener, console) as shown:

        def hear(line: str) -> None:
            tail.append(line.rstrip())
            del tail[:-20]
            if stack := listener.hear(line):
                shown.changed(stack)

        code = cdktf.run(cdktf.command(*arguments), log=log, hear=hear, settings=settings)
    if code != 0:
        raise DeployFailedError(_account(listener, tail, log))


def _account(listener: Listener, tail: list[str], log: Path) -> str:
    """Which stacks failed and why; where Terraform named no error, the end of what was printed."""
    told = [f"{stack.name}:\n{error}" for stack in listener.failed for error in stack.errors]
    return "\n\n".join([*(told or ["\n".join(tail)]), f"The whole output: {log}"])
