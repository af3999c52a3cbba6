"""The error that names every mistake in a settings file, one line each."""

import json
import re
from pathlib import Path
from typing import Any

from pydantic_core import ErrorDetails


class SettingsError(Exception):
    """The settings cannot be used. `mistakes` has one line for each value to correct, with the file's path."""

    def __init__(self, path: Path, mistakes: list[str]) -> None:
        self.mistakes = [f"{path}: {mistake}" for mistake in mistakes]
        super().__init__("\n".join(self.mistakes))


def describe(mistake: ErrorDetails) -> str:
    """Return pydantic's finding as one line in TOML's words: the key, and what to write instead."""
    place = ".".join(_key(part) for part in mistake["loc"] if part != "[key]")
    reason = _reason(mistake)
    return f"{place}: {reason}" if place else reason


def _key(part: int | str) -> str:
    """Quote a key as TOML does, so that a line break in it stays escaped."""
    return str(part) if re.fullmatch(r"[A-Za-z0-9_-]+", str(part)) else json.dumps(part, ensure_ascii=False)


def _reason(mistake: ErrorDetails) -> str:
    match mistake["type"]:
        case "extra_forbidden":
            return "unknown key: remove it or correct its spelling"
        case "missing":
            return "missing: add it"
        case "value_error":
            return str(mistake["ctx"]["error"])
        case "tuple_type":
            return f"write a list in brackets, not {mistake['input']!r}"
        case "dict_type" | "model_type":
            return f"write a table of keys and values, not {mistake['input']!r}"
        case "string_type":
            return f"write text in quotes, not {mistake['input']!r}"
        case "bool_type" | "bool_parsing":
            return f"write true or false, not {mistake['input']!r}"
        case "int_type" | "int_parsing":
            return f"write a whole number, not {mistake['input']!r}"
        case _:
            given: Any = mistake["input"]
            return f"{mistake['msg'][:1].lower()}{mistake['msg'][1:]}, not {given!r}"
