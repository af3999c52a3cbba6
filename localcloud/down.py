"""`down`: stops every part and removes its state."""

import shutil

from localcloud.layout import Layout
from localcloud.processes import Supervisor
from localcloud.step_output import Steps


def take_down(layout: Layout, supervisor: Supervisor, steps: Steps) -> None:
    """Stop every part and remove the local cloud's files. Installed emulators stay."""
    with steps.step("Stopped") as say:
        stopped = supervisor.stop_all()
        say(", ".join(stopped) or "nothing was running")
    with steps.step("State removed") as say:
        for folder in (layout.cloud, layout.directory / "seed", layout.directory / "state"):
            shutil.rmtree(folder, ignore_errors=True)
        layout.endpoints.unlink(missing_ok=True)
        say(str(layout.cloud))
