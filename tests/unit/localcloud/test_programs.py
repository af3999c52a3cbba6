import os
import socket
from pathlib import Path

import pytest

from localcloud import programs
from localcloud.edge.region_locations import VIEWER_VARIABLE, UnknownPlaceError
from localcloud.layout import HOST, Layout


def test_is_free_listening_port_is_false() -> None:
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
        assert not programs.is_free(port)
    assert programs.is_free(port)


@pytest.mark.parametrize("file", ["state.db", "dynamodb.json"])
def test_state_present_is_not_lost(tmp_path: Path, file: str) -> None:
    layout = Layout(7000, tmp_path)
    state = layout.cloud / "aws" / "state"
    state.mkdir(parents=True)
    layout.outputs.touch()
    (state / file).touch()
    os.utime(state / file, (0, 0))  # File times are not compared: a clock may be set back.
    assert not programs.lost_its_state(layout)


def test_state_missing_after_deployment_is_lost(tmp_path: Path) -> None:
    layout = Layout(7000, tmp_path)
    assert not programs.lost_its_state(layout)
    layout.cloud.mkdir(parents=True)
    layout.outputs.touch()
    assert programs.lost_its_state(layout)


def test_forget_state_removes_outputs(tmp_path: Path) -> None:
    layout = Layout(7000, tmp_path)
    (layout.cloud / "aws").mkdir(parents=True)
    layout.outputs.write_text("{}")
    programs.forget_state(layout)
    assert not layout.outputs.exists()
    assert not (layout.cloud / "aws").exists()


def edge_fingerprint(folder: Path, settings: str = "") -> str:
    file = folder / "local.toml"
    file.write_text(settings)
    return programs.edge_part(Layout(7000, folder), file, ("eu-west-1", "us-west-2")).fingerprint


def test_edge_fingerprint_includes_viewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def edge(viewer: str) -> str:
        monkeypatch.setenv(VIEWER_VARIABLE, viewer)
        return edge_fingerprint(tmp_path)

    assert edge("") == edge("eu-west-1")
    assert edge("Tokyo") != edge("")
    with pytest.raises(UnknownPlaceError, match="Atlantis"):
        edge("Atlantis")


def test_edge_fingerprint_includes_settings(tmp_path: Path) -> None:
    without = edge_fingerprint(tmp_path, "[features]\nblog = false\n")
    assert edge_fingerprint(tmp_path, "[features]\nblog = true\n") != without
    assert edge_fingerprint(tmp_path, "[features]\nblog = false\n") == without


def test_aws_part_hides_account(tmp_path: Path) -> None:
    environment = programs.aws_part(Layout(7000, tmp_path)).environment
    assert environment["BIND_HOST"] == HOST
    assert {name for name in environment if name.startswith("AWS_")} == {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    }
