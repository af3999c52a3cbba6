"""Modules of a package import each other in one direction only."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest


def imports(path: Path) -> Iterator[str]:
    """Names of all modules that a file imports, at any place in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("package", ["benchmarks", "ops/drill", "localcloud/control_room", "tests/support"])
def test_package_has_no_import_circle(package: str) -> None:
    modules = {".".join(path.with_suffix("").parts): path for path in Path(package).rglob("*.py")}
    assert modules
    graph = {name: {found for found in imports(path) if found in modules} for name, path in modules.items()}
    TopologicalSorter(graph).prepare()


def test_benchmarks_import_only_support_from_tests() -> None:
    found = [
        (path, name)
        for path in Path("benchmarks").glob("*.py")
        for name in imports(path)
        if name.startswith("tests.") and not name.startswith("tests.support")
    ]
    assert found == []
