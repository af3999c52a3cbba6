"""Consoles that print text unchanged: no emoji codes, no folded lines, no highlighting.

An ARN contains `:secret:`, which rich would print as an emoji, and an address that is folded cannot be copied.
"""

from rich.console import Console


def plain_console(*, stderr: bool = False) -> Console:
    """A console for commands. Styles are shown on a terminal only."""
    return Console(stderr=stderr, emoji=False, markup=False, highlight=False, soft_wrap=True)
