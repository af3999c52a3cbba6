"""Synthesizes the environment, and reads the list of stacks that this writes."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from ops.errors import SynthesisError
from ops.terraform.interruption import deferred_signals
from ops.terraform.unsaved_states import keep_unsaved_state

ROOT = Path(__file__).resolve().parent.parent
APP = (sys.executable, "-O", "main.py")
"""The command that writes the Terraform; cdktf.json has the same for the plain `cdktf` command."""
_LINES_SHOWN = 40


def synthesized_folder() -> Path:
    """The folder that CDKTF writes Terraform to, and in which Terraform runs."""
    return Path(os.environ.get("CDKTF_OUTDIR") or ROOT / "cdktf.out")


def stack_folder(stack: str) -> Path:
    """The folder of one synthesized stack."""
    return synthesized_folder() / "stacks" / stack


def stack_order() -> list[str]:
    """The synthesized stacks, each after those that it needs. Raises FileNotFoundError before a synth."""
    return list(stack_dependencies())


def stack_dependencies() -> dict[str, tuple[str, ...]]:
    """The stacks that each synthesized stack needs, in deployment order. Raises FileNotFoundError before a synth."""
    manifest = json.loads((synthesized_folder() / "manifest.json").read_text(encoding="utf-8"))
    stacks: Mapping[str, Mapping[str, Sequence[str]]] = manifest["stacks"]
    return {name: tuple(stacks[name]["dependencies"]) for name in _in_order(stacks)}


def synthesize(settings: Path, log: Path, *arguments: str) -> None:
    """Write the Terraform of the environment, or what main.py writes with `arguments`, as `cdktf synth` does.

    Raises SynthesisError with main.py's output.
    """
    with synthesis(settings, log, *arguments) as finish:
        finish()


@contextmanager
def synthesis(settings: Path, log: Path, *arguments: str) -> Iterator[Callable[[], None]]:
    """Synthesize beside the body, which calls the yielded function to wait for the end.

    An error or interrupt of the body ends the synthesis. The function raises SynthesisError with main.py's output.
    """
    process = None

    def finish() -> None:
        if process and process.wait():
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            raise SynthesisError("\n".join(lines[-_LINES_SHOWN:]))
        _remove_other_stacks()

    log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with deferred_signals(), log.open("wb") as output:
            process = subprocess.Popen(
                [*APP, *arguments],
                cwd=ROOT,
                env=os.environ
                | {"SETTINGS": str(settings.absolute()), "CDKTF_OUTDIR": str(synthesized_folder())},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        yield finish
    finally:
        if process and process.poll() is None:
            # jsii's runtime is its child, and does not end with it.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _remove_other_stacks() -> None:
    """Remove the folders of stacks that the environment no longer has, but no state that could not be written."""
    current = stack_dependencies()
    for folder in (synthesized_folder() / "stacks").iterdir():
        if folder.name not in current:
            keep_unsaved_state(folder)
            shutil.rmtree(folder)


def _in_order(stacks: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[str]:
    waiting = dict(stacks)
    while waiting:
        ready = [name for name, stack in waiting.items() if not set(stack["dependencies"]) & waiting.keys()]
        yield from ready
        for name in ready:
            del waiting[name]
