"""The command line of the local cloud."""

from typer.testing import CliRunner

from localcloud.__main__ import app


def test_help_shows_text_in_brackets() -> None:
    """Rich would take `[local]` for markup and hide it."""
    assert "[local]" in CliRunner().invoke(app, ["up", "--help"], env={"COLUMNS": "120"}).output
