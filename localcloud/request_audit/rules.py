"""The constraints of a service model: required and known members, enums, patterns, lengths and ranges."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape


def violations(shape: Shape | None, value: Any, path: str = "") -> Iterator[str]:
    """Violations in `value` that AWS would refuse."""
    if shape is None:
        yield from (f"{name}: unknown member" for name in value or ())
    elif isinstance(shape, StructureShape) and not getattr(shape, "is_document_type", False):
        yield from _structure(shape, value, path)
    elif isinstance(shape, ListShape) and isinstance(value, list):
        yield from _size(shape, len(value), path)
        for index, item in enumerate(value):
            yield from violations(shape.member, item, f"{path}[{index}]")
    elif isinstance(shape, MapShape) and isinstance(value, dict):
        yield from _size(shape, len(value), path)
        for key, item in value.items():
            yield from violations(shape.key, key, f"{path}.<key>")
            yield from violations(shape.value, item, f"{path}.{key}")
    elif isinstance(value, str):
        yield from _text(shape, value, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _size(shape, value, path)


def _structure(shape: StructureShape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        if value not in (None, ""):
            yield f"{path}: not a structure"
        return
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"{path}.{name}: required".lstrip(".")
    for name, member in value.items():
        if name in shape.members:
            yield from violations(shape.members[name], member, f"{path}.{name}".lstrip("."))
        else:
            yield f"{path}.{name}: unknown member".lstrip(".")


def _text(shape: Shape, value: str, path: str) -> Iterator[str]:
    if shape.type_name == "string":
        yield from _size(shape, len(value), path)
        if getattr(shape, "enum", None) and value not in shape.enum:
            yield f"{path}: {value!r} is none of the enum {shape.name}"
        pattern = _pattern(str(shape.metadata.get("pattern", "")))
        if pattern and not pattern.search(value):
            yield f"{path}: {value!r} does not match {pattern.pattern}"


def _size(shape: Shape, size: float, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < float(least):
        yield f"{path}: {size} is less than {least}"
    if most is not None and size > float(most):
        yield f"{path}: {size} is more than {most}"


@cache
def _pattern(text: str) -> re.Pattern[str] | None:
    """The pattern, which matches the whole value; None without one, and for syntax that Python lacks."""
    if not text:
        return None
    try:
        return re.compile(f"^(?:{text})$", re.DOTALL)
    except re.error:
        return None
