import subprocess
import sys
from pathlib import Path

import pytest

from ops.checkout_lock import checkout_lock
from ops.errors import RefusedError

HOLD = """
from ops.checkout_lock import checkout_lock
with checkout_lock("deploy"):
    print("held", flush=True)
    input()
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "cdktf.out"))


def test_lock_of_other_process_names_its_command() -> None:
    """A plan with other settings deleted the folders in which a deployment ran."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline() == "held\n"
        with (
            pytest.raises(RefusedError, match=f"`deploy` since .*process {process.pid}"),
            checkout_lock("plan"),
        ):
            pass
        process.kill()
    with checkout_lock("plan"):
        pass


def test_lock_is_reentrant() -> None:
    with checkout_lock("remove-region"), checkout_lock("deploy"):
        pass
    with checkout_lock("plan"):
        pass
