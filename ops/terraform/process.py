"""Starts Terraform in the folder of one stack. No other module of the project does."""

import contextlib
import hashlib
import json
import os
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import Any

from ops.errors import RefusedError, TerraformError
from ops.synthesis import stack_folder, synthesized_folder
from ops.terraform.interruption import orderly_stop, registered
from ops.terraform.program import executable
from ops.terraform.unsaved_states import keep_unsaved_state, unsaved_states
from stacks.settings import Settings

PARALLELISM = 24
"""Resources that Terraform works on at a time: most of a deployment waits for AWS."""
ENVIRONMENT = {
    "TF_IN_AUTOMATION": "1",
    "TF_INPUT": "0",
    "CHECKPOINT_DISABLE": "1",
    # Fewer garbage collections: a plan takes a fifth less processor time, and more memory.
    # https://go.dev/doc/gc-guide#GOGC
    "GOGC": os.environ.get("GOGC", "400"),
}
"""Variables of every Terraform process."""
_SHOWN = 2000
"""Characters of Terraform's own text in an error."""

TakeEvent = Callable[[Mapping[str, Any]], None]


def parallelism(settings: Settings) -> tuple[str, ...]:
    """Terraform's `-parallelism` option. HCP Terraform refuses it."""
    return () if settings.state.backend == "cloud" else (f"-parallelism={PARALLELISM}",)


class UnsavedStateError(RefusedError):
    """Terraform could not write a stack's state, which is in a file. The message has the command that pushes it."""


class Terraform:
    """Terraform in the folder of one synthesized stack.

    Each command runs in a session of its own: Ctrl-C in the terminal reaches this program only, which passes it on.
    """

    def __init__(self, stack: str) -> None:
        self.stack = stack
        self.folder = stack_folder(stack)

    def text(self, *arguments: str, stdin: str | None = None) -> str:
        """Run a command to its end and return its standard output. Raises TerraformError with its errors."""
        with orderly_stop(), self._started(arguments, stderr=subprocess.PIPE) as process:
            output, errors = process.communicate(stdin)
        if process.returncode:
            raise TerraformError(f"{self.stack}: {(errors or output).strip()[-_SHOWN:]}")
        return output

    def events(self, *arguments: str, take: TakeEvent) -> int:
        """Run a command with `-json` and pass each event to `take`; returns the exit code.

        A line that is not JSON, as from a crash, is passed as {"type": "text", "@message": line}.
        """
        command, *rest = arguments
        with (
            orderly_stop(),
            self._started((command, "-json", *rest), stderr=subprocess.STDOUT) as process,
        ):
            if process.stdin:
                process.stdin.close()
            for line in process.stdout or ():
                if line.strip():
                    take(_event(line.rstrip()))
            return process.wait()

    @contextmanager
    def _started(self, arguments: Sequence[str], *, stderr: int) -> Iterator[subprocess.Popen[str]]:
        command = [executable(), f"-chdir={self.folder}", *arguments]
        try:
            process = subprocess.Popen(
                command,
                env=os.environ | ENVIRONMENT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        except FileNotFoundError as missing:
            raise TerraformError(f"{executable()} is not installed or not on PATH") from missing
        with process, registered(process):
            yield process

    def show_plan(self, plan: str) -> Mapping[str, Any]:
        """A saved plan in Terraform's JSON form."""
        shown: dict[str, Any] = json.loads(self.text("show", "-json", plan))
        return shown

    def check_saved(self) -> None:
        """Move a state that Terraform left in this folder. Raises UnsavedStateError until it is pushed or deleted."""
        keep_unsaved_state(self.folder)
        if not (files := [str(path) for path in unsaved_states(self.stack)]):
            return
        push = shlex.join([executable(), f"-chdir={self.folder.absolute()}", "state", "push"])
        commands = [f"  {push} {shlex.quote(file)} && rm {shlex.quote(file)}" for file in files]
        raise UnsavedStateError(
            f"Error: the last changes of {self.stack} are only in {', '.join(files)}, because Terraform could not "
            f"write the state. No command plans or changes {self.stack} before that file is pushed or deleted. If its "
            f"state is locked, first make unlock STACK={self.stack}. Then:\n" + "\n".join(commands)
        )

    def prepare(self, *, take: TakeEvent = lambda _event: None, read_only_lock_file: bool = False) -> None:
        """Run `terraform init` unless this folder is initialized for what it contains now.

        Raises TerraformError with what init printed.
        """
        stamp, wanted = self.folder / ".terraform" / "initialized", self._fingerprint()
        if self._is_initialized(stamp, wanted):
            return
        arguments = ["init", "-input=false"]
        if self._backend() == "cloud":
            # `-reconfigure` is refused here: without the record of an earlier backend there is nothing to migrate.
            (self.folder / ".terraform" / "terraform.tfstate").unlink(missing_ok=True)
        else:
            arguments.append("-reconfigure")
        if read_only_lock_file:
            arguments.append("-lockfile=readonly")
        events: list[Mapping[str, Any]] = []

        def collect(event: Mapping[str, Any]) -> None:
            events.append(event)
            take(event)

        with _alone_with_the_provider_cache():
            code = self.events(*arguments, take=collect)
        if code:
            raise TerraformError(f"{self.stack}: {_errors(events)}")
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(wanted, encoding="utf-8")

    def _is_initialized(self, stamp: Path, wanted: str) -> bool:
        with contextlib.suppress(FileNotFoundError):
            providers = self.folder / ".terraform" / "providers"
            # A provider may be a link into a cache that was deleted since.
            links = [each for each in providers.rglob("*") if each.is_symlink()]
            return stamp.read_text(encoding="utf-8") == wanted and all(link.exists() for link in links)
        return False

    def _fingerprint(self) -> str:
        """Of everything that `terraform init` reads: the program, the backend and the required providers."""
        block = json.dumps(self._document().get("terraform", {}), sort_keys=True)
        return hashlib.sha256(f"{executable()}\n{block}".encode()).hexdigest()

    def _backend(self) -> str:
        block = self._document().get("terraform", {})
        return "cloud" if "cloud" in block else next(iter(block.get("backend", {})), "local")

    def _document(self) -> Mapping[str, Any]:
        try:
            document: dict[str, Any] = json.loads((self.folder / "cdk.tf.json").read_text(encoding="utf-8"))
        except FileNotFoundError as missing:
            raise TerraformError(f"{self.folder} holds no Terraform: run `make synth` first") from missing
        except json.JSONDecodeError as broken:
            raise TerraformError(f"{self.folder / 'cdk.tf.json'} is not JSON: run `make synth`") from broken
        return document


@contextmanager
def _alone_with_the_provider_cache() -> Iterator[None]:
    """Terraform does not lock TF_PLUGIN_CACHE_DIR: two inits at once may install half a provider.

    https://developer.hashicorp.com/terraform/cli/config/config-file#provider-plugin-cache
    """
    folder = Path(os.environ.get("TF_PLUGIN_CACHE_DIR") or synthesized_folder())
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".init.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        yield


def _event(line: str) -> Mapping[str, Any]:
    with contextlib.suppress(json.JSONDecodeError):
        event = json.loads(line)
        if isinstance(event, dict):
            return event
    return {"type": "text", "@message": line}


def _errors(events: Sequence[Mapping[str, Any]]) -> str:
    found = [event for event in events if event.get("@level") == "error"]
    lines = []
    for event in found or events[-20:]:
        diagnostic = event.get("diagnostic", {})
        lines.append(
            "\n".join(filter(None, [str(event.get("@message", "")), str(diagnostic.get("detail", ""))]))
        )
    return "\n".join(lines)[-_SHOWN:]
