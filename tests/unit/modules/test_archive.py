import io
import os
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from modules.support.archive import Archives, UnfitPackageError


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name, text in {
        "shop/errors.py": "class ShopError(Exception): ...",
        "catalog/handler.py": "def handle(event, context): ...",
        "catalog/__pycache__/handler.cpython-313.pyc": "stale",
        "catalog/README.md": "not code",
        "orders/handler.py": "another domain's",
    }.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path


def entries(content: bytes) -> list[zipfile.ZipInfo]:
    return zipfile.ZipFile(io.BytesIO(content)).infolist()


def test_an_archive_holds_the_domain_what_all_share_and_nothing_else(sources: Path) -> None:
    archive = Archives(sources).of("catalog")
    assert [entry.filename for entry in entries(archive.content)] == ["catalog/handler.py", "shop/errors.py"]


def test_an_archive_does_not_know_when_or_by_whom_it_was_made(sources: Path) -> None:
    before = Archives(sources).of("catalog")
    for file in sources.rglob("*.py"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
        file.chmod(0o700)
    after = Archives(sources).of("catalog")
    assert before.content == after.content
    assert before.sha256 == after.sha256


def test_an_archive_changes_with_its_code(sources: Path) -> None:
    before = Archives(sources).of("catalog")
    (sources / "shop" / "errors.py").write_text("class ShopError(Exception): pass")
    assert Archives(sources).of("catalog").sha256 != before.sha256


def test_lambda_may_read_every_file(sources: Path) -> None:
    for entry in entries(Archives(sources).of("catalog").content):
        assert (entry.external_attr >> 16) & 0o777 == 0o644


def test_a_declared_package_is_whole_and_importable_as_it_is(sources: Path) -> None:
    names = {entry.filename for entry in entries(Archives(sources).of("catalog", packages=["redis"]).content)}
    installed = {str(file) for file in metadata.files("redis") or () if file.suffix == ".py"}
    assert "redis/__init__.py" in names
    assert installed <= names


def test_a_package_compiled_for_this_machine_is_refused(sources: Path) -> None:
    with pytest.raises(UnfitPackageError, match="pydantic_core"):
        Archives(sources).of("catalog", packages=["pydantic-core"])


def test_functions_of_a_domain_share_an_archive(sources: Path) -> None:
    archives = Archives(sources)
    assert archives.of("catalog") is archives.of("catalog")
