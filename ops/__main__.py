"""The operator's command line: `python -m ops COMMAND`; the Makefile's targets call it."""

from importlib import import_module

import typer

COMMANDS = (
    "bootstrap",
    "synth",
    "plan",
    "plan-summary",
    "apply",
    "deploy",
    "remove-region",
    "move-state",
    "destroy",
    "seed",
    "status",
    "evacuate",
    "restore",
    "drill",
    "blog-promote",
    "cost",
)


def main() -> None:
    """Register each command from the module that bears its name, then run the one that was asked for."""
    app = typer.Typer(
        name="ops",
        help="Runs the bookstore, on AWS and on the local cloud alike.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for name in COMMANDS:
        function = name.replace("-", "_")
        app.command(name)(getattr(import_module(f"ops.commands.{function}"), function))
    app()


if __name__ == "__main__":
    main()
