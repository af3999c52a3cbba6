"""How far a load has come, kept on disk so that a load which was stopped goes on from there."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from ops.catalog.rows import Book


class Checkpoint:
    """The number of books, from the first on, that are certainly in the table.

    A checkpoint belongs to these very books in this very table: another file, another order, or a table that
    was made anew under the same name, which `incarnation` tells, starts from nothing.
    """

    def __init__(self, folder: Path, books: Sequence[Book], *, table_arn: str, incarnation: str) -> None:
        digest = hashlib.sha256(f"{table_arn}\n{incarnation}\n".encode())
        for book in books:
            digest.update(f"{book!r}\n".encode())
        self._path = folder / f"{digest.hexdigest()}.json"

    @property
    def written(self) -> int:
        """Zero when there is no checkpoint, or none that can be read: books are safe to write again."""
        try:
            written = json.loads(self._path.read_text())["written"]
        except (OSError, ValueError, KeyError, TypeError):
            return 0
        return written if isinstance(written, int) and written >= 0 else 0

    def advance(self, written: int) -> None:
        """Record that so many books are written; at no moment is there half a file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps({"written": written}))
        draft.replace(self._path)

    def clear(self) -> None:
        """Forget it: the load is complete, and the next one writes every book again."""
        self._path.unlink(missing_ok=True)
