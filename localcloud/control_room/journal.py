"""Journal of the control room: what happened, oldest first."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

ENTRIES_KEPT = 60


class Journal:
    """Entries with an optional output of an operator's command. `changed` is called after each entry."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._entries: deque[dict[str, Any]] = deque(maxlen=ENTRIES_KEPT)

    @property
    def entries(self) -> list[dict[str, Any]]:
        """All entries, oldest first; `at` is in seconds since the epoch."""
        return list(self._entries)

    def note(self, text: str, output: Sequence[str] = ()) -> None:
        """Add an entry."""
        self._entries.append({"at": time.time(), "text": text, "output": list(output)})
        self._changed()
