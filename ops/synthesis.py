"""Runs `cdktf synth`, and reads the list of stacks that it writes."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ops.errors import SynthesisError
from ops.terraform.interruption import deferred_signals

ROOT = Path(__file__).resolve().parent.parent
_ESCAPE_SEQUENCES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_SPINNER = re.compile(r"^[\u2800-\u28ff]  ")
_LINES_SHOWN = 40


def synthesized_folder() -> Path:
    """The folder that cdktf writes Terraform to, and in which Terraform runs."""
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


def synthesize(settings: Path, log: Path, *, app: str | None = None) -> None:
    """Write the Terraform of the environment, or of `app`, a command instead of the one in cdktf.json.

    Raises SynthesisError with the app's output.
    """
    cdktf = ROOT / "node_modules" / ".bin" / "cdktf"
    command = [str(cdktf), "synth", "--output", str(synthesized_folder()), *(["--app", app] if app else [])]
    process = None
    try:
        with deferred_signals():
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=_environment(settings),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        output, _ = process.communicate()
    except BaseException:
        if process:
            # The app and jsii's runtime are its children, and do not end with it.
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        raise
    lines = [line for line in map(_plain, output.splitlines()) if line]
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    if process.returncode:
        raise SynthesisError("\n".join(lines[-_LINES_SHOWN:]))


def _environment(settings: Path) -> dict[str, str]:
    return {**os.environ, "SETTINGS": str(settings.absolute()), "CHECKPOINT_DISABLE": "1"}


def _plain(line: str) -> str:
    """`line` without colors; empty for a frame of the spinner."""
    text = _ESCAPE_SEQUENCES.sub("", line).rstrip()
    return "" if _SPINNER.match(text) else text


def _in_order(stacks: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[str]:
    waiting = dict(stacks)
    while waiting:
        ready = [name for name, stack in waiting.items() if not set(stack["dependencies"]) & waiting.keys()]
        yield from ready
        for name in ready:
            del waiting[name]
