"""The progress of a load on disk, so that an interrupted load continues."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from ops.catalog.rows import Book


class Checkpoint:
    """The number of books, from the first on, that are in the table.

    A checkpoint is for these books in this table: another file, another order, or a table that was created again
    under the same name (another `incarnation`) starts from zero.
    """

    def __init__(self, folder: Path, books: Sequence[Book], *, table_arn: str, incarnation: str) -> None:
        digest = hashlib.sha256(f"{table_arn}\n{incarnation}\n".encode())
        for book in books:
            digest.update(f"{book!r}\n".encode())
        self._path = folder / f"{digest.hexdigest()}.json"

    @property
    def written(self) -> int:
        """Zero without a readable checkpoint: books can be written again."""
        try:
            written = json.loads(self._path.read_text())["written"]
        except (OSError, ValueError, KeyError, TypeError):
            return 0
        return written if isinstance(written, int) and written >= 0 else 0

    def advance(self, written: int) -> None:
        """Record the number of written books, atomically."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps({"written": written}))
        draft.replace(self._path)

    def clear(self) -> None:
        """Delete it: the load is complete, and the next one writes every book again."""
        self._path.unlink(missing_ok=True)
