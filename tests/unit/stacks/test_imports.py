"""The folders' imports go one way and have no circles, and only one folder uses private parts of CDKTF."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("benchmarks", "client", "localcloud", "modules", "ops", "policy", "stacks", "tools")
FUNCTION_SOURCE = ROOT / "lambda_src"

ALLOWED = {
    "modules": {"modules"},
    "stacks": {"stacks", "modules"},
    "stacks.settings": {"stacks.settings"},
    "client": {"client"},
    "ops": {"ops", "client", "stacks.settings"},
    "localcloud": {"localcloud", "ops", "client", "stacks.settings"},
    "lambda_src": {"lambda_src"},
    "policy": {"policy", "ops.synthesis"},
    "tools": {"tools"},
}
"""Packages of this project that each folder may import. Imports go one way."""
PRIVATE_ALLOWED = ROOT / "modules" / "support" / "fast_synth"


def files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*.py")) if "node_modules" not in file.parts)


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def module_name(file: Path, root: Path) -> str:
    parts = file.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imported(file: Path) -> Sequence[str]:
    """Return what a file imports, as `module` or `module.name`; imports inside functions and for types included."""
    found: list[str] = []
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            found += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += (f"{node.module}.{alias.name}" for alias in node.names)
    return found


def import_graph(folders: Mapping[Path, Path]) -> dict[str, set[str]]:
    """Return each module's imports. `folders` maps a folder to the root that its modules are named from."""
    modules = {module_name(file, root): file for folder, root in folders.items() for file in files(folder)}
    return {
        name: {module_of(each, modules) for each in imported(file)} & (set(modules) - {name})
        for name, file in modules.items()
    }


def module_of(name: str, modules: Mapping[str, Path]) -> str:
    """Return the module that an imported name is in: itself, or the one before its last dot."""
    return name if name in modules else name.rpartition(".")[0]


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_have_no_circle(package: str) -> None:
    graph = import_graph({ROOT / package: ROOT})
    assert graph
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"circle: {' -> '.join(error.args[1])}")


def test_function_imports_have_no_circle() -> None:
    TopologicalSorter(import_graph({FUNCTION_SOURCE: FUNCTION_SOURCE})).prepare()


@pytest.mark.parametrize("folder", ALLOWED)
def test_imports_go_one_way(folder: str) -> None:
    ours = {*PACKAGES, "tests", "main"}
    wrong = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in files(ROOT / folder.replace(".", "/"))
        for name in imported(file)
        if name.split(".")[0] in ours
        and not any(f"{name}.".startswith(f"{allowed}.") for allowed in ALLOWED[folder])
    ]
    assert wrong == []


def private_names(file: Path) -> list[str]:
    """Return the private names of jsii, cdktf and constructs that a file imports or reaches as attributes."""
    libraries = {"jsii", "cdktf", "constructs"}
    if libraries.isdisjoint(name.split(".")[0] for name in imported(file)):
        return []
    bound = {
        (alias.asname or alias.name).split(".")[0]
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.split(".")[0] in libraries
    }
    found = [
        name
        for name in imported(file)
        if name.split(".")[0] in libraries and any(part.startswith("_") for part in name.split("."))
    ]
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            root: ast.expr = node.value
            while isinstance(root, ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name) and root.id in bound:
                found.append(ast.unparse(node))
    return found


def is_private(name: str) -> bool:
    return name.startswith("_jsii") or (name.startswith("_") and not name.startswith("__")) or "jsii" in name


def test_private_parts_of_cdktf_unused() -> None:
    used = {
        str(file.relative_to(ROOT)): names
        for folder in (*PACKAGES, "tests")
        for file in files(ROOT / folder)
        if PRIVATE_ALLOWED not in file.parents and (names := private_names(file))
    }
    assert used == {}


def test_fast_synth_uses_few_private_parts() -> None:
    assert len([name for file in files(PRIVATE_ALLOWED) for name in private_names(file)]) <= 5
