"""Runs PHP code with the blog's classes loaded."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

CLASSES = Path(__file__).parents[2] / "blog" / "wp-content" / "bookstore"

PLUGINS = CLASSES.parent / "mu-plugins"

HOOKS = """
$hooks = array();
function add_filter($name, $callback, $priority = 10, $arguments = 1) {
    $GLOBALS['hooks'][$name][] = array($callback, $arguments);
}
function add_action($name, $callback, $priority = 10, $arguments = 1) {
    add_filter($name, $callback, $priority, $arguments);
}
function remove_action($name, $callback) {}
function apply_filters($name, ...$values) {
    foreach ($GLOBALS['hooks'][$name] ?? array() as list($callback, $arguments)) {
        $values[0] = $callback(...array_slice($values, 0, $arguments));
    }
    return $values[0];
}
function __return_false() { return false; }
"""
"""WordPress's hooks, for `before`: the callbacks of a plug-in run in the order of their registration."""

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
