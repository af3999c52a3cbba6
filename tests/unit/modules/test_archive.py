import ast
import io
import os
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from modules.support.stack_files import Archives, UnfitPackageError

CODE = Path(__file__).parents[3] / "lambda_src"
DOMAINS = sorted(file.parent.name for file in CODE.glob("*/handler.py"))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    for name, text in {
        "runtime/log.py": "LEVEL = 1",
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


def test_archive_holds_domain_and_shared_code(sources: Path) -> None:
    archive = Archives(sources).of("catalog")
    assert [entry.filename for entry in entries(archive.content)] == [
        "catalog/handler.py",
        "runtime/log.py",
        "shop/errors.py",
    ]


@pytest.mark.parametrize("domain", DOMAINS)
def test_archive_holds_every_own_import(domain: str) -> None:
    own = {folder.name for folder in CODE.iterdir() if folder.is_dir()}
    with zipfile.ZipFile(io.BytesIO(Archives(CODE).of(domain).content)) as archive:
        names = set(archive.namelist())
        for name in names:
            for node in ast.walk(ast.parse(archive.read(name))):
                if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in own:
                    path = node.module.replace(".", "/")
                    assert {f"{path}.py", f"{path}/__init__.py"} & names, f"{name} imports {node.module}"


def test_archive_is_reproducible(sources: Path) -> None:
    before = Archives(sources).of("catalog")
    for file in sources.rglob("*.py"):
        os.utime(file, (1_000_000_000, 1_000_000_000))
        file.chmod(0o700)
    after = Archives(sources).of("catalog")
    assert before.content == after.content
    assert before.sha256 == after.sha256


def test_archive_changes_with_shared_code(sources: Path) -> None:
    before = Archives(sources).of("catalog")
    (sources / "shop" / "errors.py").write_text("class ShopError(Exception): pass")
    assert Archives(sources).of("catalog").sha256 != before.sha256


def test_archive_files_are_readable(sources: Path) -> None:
    for entry in entries(Archives(sources).of("catalog").content):
        assert (entry.external_attr >> 16) & 0o777 == 0o644


def test_archive_holds_declared_package(sources: Path) -> None:
    names = {entry.filename for entry in entries(Archives(sources).of("catalog", packages=["redis"]).content)}
    installed = {str(file) for file in metadata.files("redis") or () if file.suffix == ".py"}
    assert "redis/__init__.py" in names
    assert installed <= names


def test_archive_refuses_compiled_package(sources: Path) -> None:
    with pytest.raises(UnfitPackageError, match="pydantic_core"):
        Archives(sources).of("catalog", packages=["pydantic-core"])


def test_archive_is_built_once_per_domain(sources: Path) -> None:
    archives = Archives(sources)
    assert archives.of("catalog") is archives.of("catalog")


def test_archive_of_other_content_has_other_key(sources: Path) -> None:
    before = Archives(sources).of("catalog").key
    (sources / "catalog/handler.py").write_text("def handle(event, context): return 1")
    assert Archives(sources).of("catalog").key != before
