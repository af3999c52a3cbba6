"""Runs PHP code with the blog's classes loaded."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

CLASSES = Path(__file__).parents[2] / "blog" / "wp-content" / "bookstore"

needs_php = pytest.mark.skipif(shutil.which("php") is None, reason="php is not here (php8.2-cli)")


def answer(class_name: str, code: str, *, before: str = "", **given: Any) -> Any:
    """Return the JSON result of `code`, which reads `given` as $given. `before` runs before the class loads."""
    file = CLASSES / f"class-{class_name.lower().replace('_', '-')}.php"
    program = (
        "error_reporting(E_ALL); set_error_handler(fn($n, $m) => throw new ErrorException($m));"
        f"$given = json_decode(stream_get_contents(STDIN), true); {before} require '{file}';"
        f"echo json_encode((function() use ($given) {{ {code} }})());"
    )
    done = subprocess.run(
        ["php", "-d", "display_errors=stderr", "-r", program],
        input=json.dumps(given),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
