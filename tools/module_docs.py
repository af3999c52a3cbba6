"""`python -m tools.module_docs`: a page for each module, from its code alone, and the list of them.

The code is parsed, not run, so it needs no Node.js, and what a page says is what a reader of the code finds. With
`--check` nothing is written and the exit code is 1 when a page is out of date.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULES = ROOT / "modules"
PAGES = ROOT / "docs/modules"
INDEX = MODULES / "README.md"
PROVIDER = "cdktf_cdktf_provider_aws."

_PREAMBLE = """# Modules

CDKTF constructs, one capability each. They take plain values or each other's typed attributes; they know no settings
file and no list of regions, and never create a provider or a backend, so one of them can be taken into an app of your
own: copy its file and those that it names under *Needs*, give your stack an AWS provider, and use it as its example
does.

This page and those that it leads to are made from the code by `python -m tools.module_docs`; the tests say when that
was forgotten.

| module | purpose | resources |
| --- | --- | --- |
"""


@dataclass(frozen=True)
class Member:
    """An input or an output."""

    name: str
    type: str
    default: str
    meaning: str


@dataclass(frozen=True)
class Part:
    """A public class of a module."""

    name: str
    purpose: str
    note: str
    is_construct: bool
    inputs: tuple[Member, ...]
    outputs: tuple[Member, ...]


@dataclass(frozen=True)
class Module:
    """A file of `modules`, or a folder of them."""

    name: str
    purpose: str
    parts: tuple[Part, ...]
    resources: tuple[str, ...]
    needs: tuple[str, ...]


def modules() -> list[Module]:
    """Every module, by name."""
    paths = [path for path in MODULES.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    return [_module(path) for path in sorted(paths) if path.stem != "__init__"]


def pages() -> dict[Path, str]:
    """What each page should hold."""
    found = modules()
    rows = "".join(
        f"| [{each.name}](../docs/modules/{each.name}.md) | {_first_sentence(each.purpose)} "
        f"| {len(each.resources)} |\n"
        for each in found
    )
    return {INDEX: _PREAMBLE + rows} | {PAGES / f"{each.name}.md": _page(each) for each in found}


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check say which of them are out of date."""
    wanted = pages()
    stale = [path for path in PAGES.glob("*.md") if path not in wanted]
    changed = [
        path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in arguments:
        for path in [*changed, *stale]:
            print(f"out of date: {path.relative_to(ROOT)}; run python -m tools.module_docs", file=sys.stderr)
        return int(bool(changed or stale))
    PAGES.mkdir(parents=True, exist_ok=True)
    for path in changed:
        path.write_text(wanted[path], encoding="utf-8")
    for path in stale:
        path.unlink()
    return 0


def _module(path: Path) -> Module:
    files = sorted(path.glob("*.py")) if path.is_dir() else [path]
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in files}
    head = trees[path / "__init__.py" if path.is_dir() else path]
    public = _exported(head)
    parts = [
        _part(node)
        for tree in trees.values()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and (public is None or node.name in public)
    ]
    imports = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    sources = {node.module for node in imports if node.module}
    provider = {source.removeprefix(PROVIDER) for source in sources if source.startswith(PROVIDER)}
    own = {source.split(".")[1] for source in sources if source.startswith("modules.")} - {path.stem}
    return Module(
        name=path.stem,
        purpose=ast.get_docstring(head) or "",
        parts=tuple(sorted(parts, key=lambda part: (not part.is_construct, part.name))),
        resources=tuple(sorted(f"aws_{name}" for name in provider if not name.startswith("data_"))),
        needs=tuple(sorted(own)),
    )


def _exported(tree: ast.Module) -> set[str] | None:
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Name)
            and node.targets[0].id == "__all__"
        ):
            return set(ast.literal_eval(node.value))
    return None


def _part(node: ast.ClassDef) -> Part:
    purpose, _, note = (ast.get_docstring(node) or "").partition("\n\n")
    init = next((each for each in _functions(node) if each.name == "__init__"), None)
    is_construct = any(ast.unparse(base).endswith("Construct") for base in node.bases)
    if init:
        told = ast.get_docstring(init)
        return Part(
            node.name,
            purpose,
            "\n\n".join(filter(None, [note, told])),
            is_construct,
            tuple(_arguments(init)),
            tuple(_outputs(node, init)),
        )
    # A dataclass: what it is made of is what it is given.
    return Part(node.name, purpose, note, is_construct, tuple(_fields(node)), tuple(_outputs(node, None)))


def _functions(node: ast.ClassDef) -> Iterator[ast.FunctionDef]:
    yield from (each for each in node.body if isinstance(each, ast.FunctionDef))


def _arguments(init: ast.FunctionDef) -> Iterator[Member]:
    positional = init.args.args[1:]
    padding: list[ast.expr | None] = [None] * (len(positional) - len(init.args.defaults))
    given = [*zip(positional, [*padding, *init.args.defaults], strict=True)]
    given += zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True)
    for argument, default in given:
        if argument.arg not in {"scope", "id"}:
            yield Member(argument.arg, _text(argument.annotation), _text(default), "")


def _fields(node: ast.ClassDef) -> Iterator[Member]:
    for field, meaning in _documented(node.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            yield Member(field.target.id, _text(field.annotation), _text(field.value), meaning)


def _outputs(node: ast.ClassDef, init: ast.FunctionDef | None) -> Iterator[Member]:
    for assignment, meaning in _documented(init.body if init else []):
        target = (
            assignment.targets[0]
            if isinstance(assignment, ast.Assign)
            else getattr(assignment, "target", None)
        )
        if (
            isinstance(target, ast.Attribute)
            and not target.attr.startswith("_")
            and ast.unparse(target.value) == "self"
        ):
            yield Member(target.attr, _text(getattr(assignment, "annotation", None)), "", meaning)
    for function in _functions(node):
        if not function.name.startswith("_"):
            is_property = any(ast.unparse(each) == "property" for each in function.decorator_list)
            name = function.name if is_property else f"{function.name}()"
            yield Member(name, _text(function.returns), "", _first_paragraph(ast.get_docstring(function)))


def _documented(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, str]]:
    """Each statement with the string that follows it, if one does."""
    for statement, following in zip_longest(body, body[1:]):
        is_text = (
            isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
            and isinstance(following.value.value, str)
        )
        text = following.value.value if is_text else ""  # type: ignore[union-attr]
        yield statement, _first_paragraph(text)


def _page(module: Module) -> str:
    lines = [f"# {module.name}", "", module.purpose, ""]
    for part in module.parts:
        lines += _section(module, part)
    if module.resources:
        lines += ["## Resources", "", ", ".join(f"`{name}`" for name in module.resources), ""]
    if module.needs:
        lines += ["## Needs", "", ", ".join(f"[{name}]({name}.md)" for name in module.needs), ""]
    return "\n".join(lines).rstrip() + "\n"


def _section(module: Module, part: Part) -> Iterator[str]:
    yield from [f"## {part.name}", "", part.purpose, ""]
    if part.note:
        yield from [part.note, ""]
    if part.inputs:
        yield from ["| input | type | default | |", "| --- | --- | --- | --- |"]
        for each in part.inputs:
            yield f"| `{each.name}` | {_code(each.type)} | {_code(each.default)} | {_cell(each.meaning)} |"
        yield ""
    if part.outputs:
        yield from ["| output | type | |", "| --- | --- | --- |"]
        for each in part.outputs:
            yield f"| `{each.name}` | {_code(each.type)} | {_cell(each.meaning)} |"
        yield ""
    if part.is_construct:
        yield from ["```python", *_example(module, part), "```", ""]


def _example(module: Module, part: Part) -> Iterator[str]:
    yield f"from modules.{module.name} import {part.name}"
    yield ""
    required = [each for each in part.inputs if not each.default]
    arguments = "".join(f", {each.name}={_sample(each)}" for each in required)
    id = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", part.name).lower()
    line = f'{part.name}(self, "{id}"{arguments})'
    if len(line) <= 100:
        yield line
        return
    yield f"{part.name}("
    yield "    self,"
    yield f'    "{id}",'
    for each in required:
        yield f"    {each.name}={_sample(each)},"
    yield ")"


def _sample(member: Member) -> str:
    samples = {"region": '"eu-west-1"', "domain": '"books.example.com"', "name": '"bookstore-prod"'}
    by_type = {"bool": "True", "int": "30", "str": f'"{member.name}"'}
    return samples.get(member.name) or by_type.get(member.type) or f"{member.name}"


def _text(node: ast.expr | None) -> str:
    return ast.unparse(node).strip("'") if node else ""


def _first_paragraph(text: str | None) -> str:
    return " ".join((text or "").strip().split("\n\n")[0].split())


def _first_sentence(text: str) -> str:
    return _first_paragraph(text).split(". ")[0]


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
