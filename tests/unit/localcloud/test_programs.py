import os
import socket
from pathlib import Path

import pytest

from localcloud import programs
from localcloud.edge.region_locations import VIEWER_VARIABLE, UnknownPlaceError
from localcloud.layout import HOST, Layout
from localcloud.processes import Record

GONE = Record(pid=2**22 + 1, began="1", at=1000.0, port=1, fingerprint="")


def saved(layout: Layout, at: float) -> None:
    """The emulator's state, last written as a whole `at` seconds after the epoch."""
    file = layout.cloud / "aws" / "state" / "saved"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    os.utime(file, (at, at))


def test_is_free_listening_port_is_false() -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
        assert not programs.is_free(port)
    assert programs.is_free(port)


def test_an_emulator_that_saved_when_it_ended_can_go_on(tmp_path: Path) -> None:
    layout = Layout(7000, tmp_path)
    saved(layout, GONE.at + 60)
    assert not programs.lost_its_state(layout, GONE)


def test_an_emulator_that_ended_without_saving_has_lost_its_state(tmp_path: Path) -> None:
    layout = Layout(7000, tmp_path)
    assert programs.lost_its_state(layout, GONE)
    saved(layout, GONE.at - 60)
    assert programs.lost_its_state(layout, GONE)


def test_an_emulator_that_ended_while_it_saved_has_lost_its_state(tmp_path: Path) -> None:
    layout = Layout(7000, tmp_path)
    saved(layout, GONE.at - 60)
    (layout.cloud / "aws" / "state" / "dynamodb.json").write_text("{}")
    assert programs.lost_its_state(layout, GONE)


def test_an_emulator_that_never_ran_has_lost_nothing(tmp_path: Path) -> None:
    assert not programs.lost_its_state(Layout(7000, tmp_path), None)


def test_forgetting_the_state_forgets_what_was_deployed(tmp_path: Path) -> None:
    layout = Layout(7000, tmp_path)
    saved(layout, 1.0)
    layout.outputs.write_text("{}")
    programs.forget_state(layout)
    assert not layout.outputs.exists()
    assert not (layout.cloud / "aws").exists()


def test_edge_fingerprint_includes_viewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def edge(viewer: str) -> str:
        monkeypatch.setenv(VIEWER_VARIABLE, viewer)
        return programs.edge_part(Layout(7000, tmp_path), tmp_path, ("eu-west-1", "us-west-2")).fingerprint

    assert edge("") == edge("eu-west-1")
    assert edge("Tokyo") != edge("")
    with pytest.raises(UnknownPlaceError, match="Atlantis"):
        edge("Atlantis")


def test_aws_part_hides_account(tmp_path: Path) -> None:
    environment = programs.aws_part(Layout(7000, tmp_path)).environment
    assert environment["BIND_HOST"] == HOST
    assert {name for name in environment if name.startswith("AWS_")} == {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    }
