"""Starting the blog, without its programs."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from localcloud.blog import aurora, service
from localcloud.blog.aurora import GlobalDatabase
from localcloud.blog.mariadb import Server
from localcloud.blog.service import Blog
from localcloud.layout import Layout
from localcloud.processes import Part, Supervisor
from ops.errors import OperatorError

REGIONS = ("eu-west-1", "ap-southeast-1")


class Parts(Supervisor):
    """A supervisor that starts nothing."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout.cloud / "processes", layout.log)
        self.parts: list[Part] = []

    def ensure(self, part: Part, seconds: float = 0) -> bool:
        self.parts.append(part)
        return True


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(7000, tmp_path)


@pytest.fixture
def folder(layout: Layout) -> Path:
    """The blog's folder, with the data of both databases."""
    folder = layout.cloud / "blog"
    for region in REGIONS:
        (folder / region / "data").mkdir(parents=True)
    return folder


@pytest.fixture
def blog(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> Blog:
    monkeypatch.setattr(service, "ensure_wordpress", lambda: layout.directory)
    monkeypatch.setattr(service, "await_answer", lambda _: None)
    return Blog(layout, REGIONS, Parts(layout))


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes the disk full: files can be created, but not written."""

    def write_text(path: Path, *_: object, **__: object) -> int:
        path.open("w").close()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return lambda: monkeypatch.setattr(Path, "write_text", write_text)


@pytest.mark.parametrize("mark", ["", "us-west-2"])
def test_unknown_writer_keeps_databases(blog: Blog, folder: Path, mark: str) -> None:
    (folder / "writer").write_text(mark)
    with pytest.raises(OperatorError, match=r"writer names .*eu-west-1, ap-southeast-1: write the region"):
        blog.start()
    assert all((folder / region / "data").exists() for region in REGIONS)


def test_mark_on_full_disk_is_not_empty(blog: Blog, folder: Path, full_disk: Callable[[], None]) -> None:
    full_disk()
    with pytest.raises(OSError, match="No space left"):
        blog.start()
    assert not (folder / "writer").exists()


def test_password_on_full_disk_is_not_empty(blog: Blog, folder: Path, full_disk: Callable[[], None]) -> None:
    (folder / "writer").write_text(REGIONS[0])
    full_disk()
    with pytest.raises(OSError, match="No space left"):
        blog.start()
    assert not (folder / "password").exists()


def test_moved_writer_on_full_disk_keeps_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full_disk: Callable[[], None]
) -> None:
    monkeypatch.setattr(aurora, "promote", lambda *_, **__: None)
    mark = tmp_path / "writer"
    mark.write_text(REGIONS[0])
    full_disk()
    database = GlobalDatabase({region: Server(tmp_path, 1) for region in REGIONS}, "secret", mark)
    with pytest.raises(OSError, match="No space left"):
        database.move_writer(REGIONS[1], allow_data_loss=False)
    assert database.writer == REGIONS[0]


def test_proxy_of_other_regions_replaces(layout: Layout) -> None:
    parts = Parts(layout)
    for regions in (REGIONS, REGIONS, (*REGIONS, "us-west-2")):
        Blog(layout, regions, parts).start_control_plane()
    first, again, more = [part.fingerprint for part in parts.parts]
    assert first == again != more
