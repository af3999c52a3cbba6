"""`python -m tools.module_docs`: writes a page for each module, and the list of modules.

The pages are generated from the source code, which is parsed and not imported: docstrings, type annotations, the
`Args:` sections of constructors, the strings after fields and attributes, and the examples in `docs/modules/examples`.
An input or output without a description is an error. `--check` only reports pages that are out of date.
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
EXAMPLES = PAGES / "examples"
INDEX = MODULES / "README.md"
PROVIDER = "cdktf_cdktf_provider_aws."
SECTIONS = re.compile(r"\n\n(?=(?:Args|Raises):)")

_PREAMBLE = """# Modules

CDKTF constructs, one capability each. Their inputs are plain values or attributes of other modules. They don't read
settings, don't know the list of regions and create neither providers nor backends. To use one in another app, copy its
file and the modules that it names under *Needs*, give your stack an AWS provider, and start from the example on its
page. A test synthesizes every example.

`python -m tools.module_docs` generates this page and the pages of the modules from the code. A test fails when they
are out of date or when an input or output has no description.

| module | purpose | resources |
| --- | --- | --- |
"""


@dataclass(frozen=True)
class Member:
    """An input or an output."""

    name: str
    type: str
    default: str
    description: str


@dataclass(frozen=True)
class Part:
    """A public class of a module."""

    name: str
    description: str
    is_construct: bool
    inputs: tuple[Member, ...]
    outputs: tuple[Member, ...]


@dataclass(frozen=True)
class Module:
    """A file in `modules`, or a folder with its exported classes."""

    name: str
    purpose: str
    parts: tuple[Part, ...]
    resources: tuple[str, ...]
    needs: tuple[str, ...]
    example: str


def modules() -> list[Module]:
    """Return all modules, sorted by name."""
    paths = [path for path in MODULES.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()]
    return [_module(path) for path in sorted(paths) if path.stem != "__init__"]


def undescribed(found: list[Module]) -> list[str]:
    """Return `module.class.member` for everything without a description."""
    return [".".join((module.name, *names)) for module in found for names in _undescribed(module)]


def _undescribed(module: Module) -> Iterator[tuple[str, ...]]:
    if not module.purpose:
        yield ()
    if not module.example:
        yield ("example",)
    for part in module.parts:
        if not part.description:
            yield (part.name,)
        for member in (*part.inputs, *part.outputs):
            if not member.description:
                yield part.name, member.name


def pages(found: list[Module]) -> dict[Path, str]:
    """Return the content of every page by its path."""
    rows = "".join(
        f"| [{each.name}](../docs/modules/{each.name}.md) | {_first_sentence(each.purpose)} "
        f"| {len(each.resources)} |\n"
        for each in found
    )
    return {INDEX: _PREAMBLE + rows} | {PAGES / f"{each.name}.md": _page(each) for each in found}


def main(arguments: list[str]) -> int:
    """Write the pages, or report with --check which are out of date. Returns 1 on an error."""
    found = modules()
    if missing := undescribed(found):
        print("without a description:", *missing, sep="\n  ", file=sys.stderr)
        return 1
    wanted = pages(found)
    stale = [path for path in PAGES.glob("*.md") if path not in wanted]
    changed = [
        path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in arguments:
        for path in [*changed, *stale]:
            print(f"out of date: {path.relative_to(ROOT)}; run python -m tools.module_docs", file=sys.stderr)
        return int(bool(changed or stale))
    for path in changed:
        path.write_text(wanted[path], encoding="utf-8")
    for path in stale:
        path.unlink()
    return 0


def _module(path: Path) -> Module:
    files = sorted(path.glob("*.py")) if path.is_dir() else [path]
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in files}
    head = trees[path / "__init__.py" if path.is_dir() else path]
    exported = _exported(head)
    parts = [
        _part(node)
        for tree in trees.values()
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and (exported is None or node.name in exported)
    ]
    imports = [node for tree in trees.values() for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    sources = {node.module for node in imports if node.module}
    provider = {source.removeprefix(PROVIDER) for source in sources if source.startswith(PROVIDER)}
    own = {source.split(".")[1] for source in sources if source.startswith("modules.")} - {path.stem}
    example = EXAMPLES / f"{path.stem}.py"
    return Module(
        name=path.stem,
        purpose=ast.get_docstring(head) or "",
        parts=tuple(sorted(parts, key=lambda part: (not part.is_construct, part.name))),
        resources=tuple(sorted(f"aws_{name}" for name in provider if not name.startswith("data_"))),
        needs=tuple(sorted(own)),
        example=example.read_text(encoding="utf-8").strip() if example.exists() else "",
    )


def _exported(tree: ast.Module) -> set[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return None


def _part(node: ast.ClassDef) -> Part:
    init = next((each for each in _functions(node) if each.name == "__init__"), None)
    return Part(
        name=node.name,
        description=SECTIONS.split(ast.get_docstring(node) or "")[0],
        is_construct=any(ast.unparse(base).endswith("Construct") for base in node.bases),
        inputs=tuple(_arguments(init) if init else _fields(node)),
        outputs=tuple(_outputs(node, init)),
    )


def _functions(node: ast.ClassDef) -> Iterator[ast.FunctionDef]:
    yield from (each for each in node.body if isinstance(each, ast.FunctionDef))


def _arguments(init: ast.FunctionDef) -> Iterator[Member]:
    positional = init.args.args[1:]
    padding: list[ast.expr | None] = [None] * (len(positional) - len(init.args.defaults))
    given = [*zip(positional, [*padding, *init.args.defaults], strict=True)]
    given += zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True)
    if init.args.kwarg:
        given.append((init.args.kwarg, None))
    descriptions = _described_arguments(ast.get_docstring(init) or "")
    for argument, default in given:
        if argument.arg not in {"scope", "id"}:
            description = descriptions.get(argument.arg, "")
            yield Member(argument.arg, _text(argument.annotation), _text(default), description)


def _described_arguments(docstring: str) -> dict[str, str]:
    """Return the descriptions in a docstring's `Args:` section by argument."""
    section = re.search(r"^Args:\n(.*?)(?:\n\n|\Z)", docstring, re.DOTALL | re.MULTILINE)
    entries = re.split(r"^    (?=\w+: )", section[1], flags=re.MULTILINE)[1:] if section else []
    named = (entry.partition(": ") for entry in entries)
    return {name: " ".join(text.split()) for name, _, text in named}


def _fields(node: ast.ClassDef) -> Iterator[Member]:
    for field, description in _with_descriptions(node.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            yield Member(field.target.id, _text(field.annotation), _text(field.value), description)


def _outputs(node: ast.ClassDef, init: ast.FunctionDef | None) -> Iterator[Member]:
    seen = set()
    for statement, description in _with_descriptions(init.body if init else []):
        for target in _public_targets(statement):
            if target not in seen:
                seen.add(target)
                yield Member(target, _text(getattr(statement, "annotation", None)), "", description)
    for function in _functions(node):
        if not function.name.startswith("_"):
            is_property = any(ast.unparse(each) == "property" for each in function.decorator_list)
            name = function.name if is_property else f"{function.name}()"
            yield Member(name, _text(function.returns), "", _first_paragraph(ast.get_docstring(function)))


def _public_targets(statement: ast.stmt) -> Iterator[str]:
    """Yield the names of the public attributes of `self` that a statement assigns."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    for target in targets:
        for each in target.elts if isinstance(target, ast.Tuple) else [target]:
            if (
                isinstance(each, ast.Attribute)
                and ast.unparse(each.value) == "self"
                and not each.attr.startswith("_")
            ):
                yield each.attr


def _with_descriptions(body: list[ast.stmt]) -> Iterator[tuple[ast.stmt, str]]:
    """Yield each statement with the string literal after it, or with an empty string."""
    for statement, following in zip_longest(body, body[1:]):
        text = ""
        if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
            text = str(following.value.value)
        yield statement, _first_paragraph(text)


def _page(module: Module) -> str:
    lines = [f"# {module.name}", "", module.purpose, "", "```python", module.example, "```", ""]
    for part in module.parts:
        lines += _section(part)
    if module.resources:
        lines += ["## Resources", "", ", ".join(f"`{name}`" for name in module.resources), ""]
    if module.needs:
        lines += ["## Needs", "", ", ".join(f"[{name}]({name}.md)" for name in module.needs), ""]
    return "\n".join(lines).rstrip() + "\n"


def _section(part: Part) -> Iterator[str]:
    yield from [f"## {part.name}", "", part.description, ""]
    if part.inputs:
        yield from ["| input | type | default | description |", "| --- | --- | --- | --- |"]
        for each in part.inputs:
            cells = (_code(each.type), _code(each.default), _cell(each.description))
            yield f"| `{each.name}` | {' | '.join(cells)} |"
        yield ""
    if part.outputs:
        yield from ["| output | type | description |", "| --- | --- | --- |"]
        for each in part.outputs:
            yield f"| `{each.name}` | {_code(each.type)} | {_cell(each.description)} |"
        yield ""


def _text(node: ast.expr | None) -> str:
    return ast.unparse(node).strip("'") if node else ""


def _first_paragraph(text: str | None) -> str:
    return " ".join((text or "").strip().split("\n\n")[0].split())


def _first_sentence(text: str) -> str:
    return re.split(r"\.(?:\s|$)", _first_paragraph(text))[0]


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
