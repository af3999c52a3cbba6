"""States that Terraform could not write to their backend: they have changes that no other place has.

Terraform leaves such a state in the stack's folder. It is moved to a folder that no command empties. No command plans
or changes the stack until an operator has pushed or deleted it.
"""

import os
import shutil
from collections.abc import Iterable
from itertools import count
from pathlib import Path

ERRORED_STATE = "errored.tfstate"
"""The file's name in the folder in which Terraform ran:
https://github.com/hashicorp/terraform/blob/main/internal/backend/local/backend_apply.go"""


def unsaved_folder() -> Path:
    """The folder with the moved states: `<stack>.tfstate`, a second one of the same stack `<stack>.2.tfstate`."""
    return Path(os.environ.get("LOCAL_DIR", ".local")).absolute() / "unsaved-states"


def keep_unsaved_state(stack_folder: Path) -> None:
    """Move the state that Terraform left in a stack's folder, if there is one. Only its owner may read it."""
    left = stack_folder / ERRORED_STATE
    if not left.exists():
        return
    folder = unsaved_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    left.chmod(0o600)
    names = (f"{stack_folder.name}{f'.{number}' if number > 1 else ''}.tfstate" for number in count(1))
    shutil.move(left, next(folder / name for name in names if not (folder / name).exists()))


def unsaved_states(stack: str) -> list[Path]:
    """The moved states of a stack, oldest first."""
    found = [path for path in unsaved_folder().glob("*.tfstate") if path.name.partition(".")[0] == stack]
    return sorted(found, key=lambda path: (len(path.name), path.name))


def finished_changes(stacks: Iterable[str]) -> str:
    """Where the changes are that a run has finished before it failed or was interrupted, as a sentence."""
    if unsaved := [stack for stack in stacks if unsaved_states(stack)]:
        return f"Finished changes are in the states, but not those of {', '.join(unsaved)}: push these first."
    return "Finished changes are in the states."
