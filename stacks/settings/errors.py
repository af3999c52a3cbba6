"""What pydantic finds wrong in a settings file, said as whoever writes TOML would have it."""

import json
import re
from typing import Any

from pydantic_core import ErrorDetails


def in_one_line(mistake: ErrorDetails) -> str:
    """Where it is, and what to write instead; what pydantic says better itself stays as it is."""
    place = ".".join(_key(part) for part in mistake["loc"])
    reason = _reason(mistake)
    return f"{place}: {reason}" if place else reason


def _key(part: int | str) -> str:
    """A key as TOML writes it: in quotes unless it is bare, so that none breaks the line."""
    return str(part) if re.fullmatch(r"[A-Za-z0-9_-]+", str(part)) else json.dumps(part)


def _reason(mistake: ErrorDetails) -> str:
    match mistake["type"]:
        case "extra_forbidden":
            return "unknown key: remove it or mend its spelling"
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
