"""The region's index in S3: a file of each build, and a pointer to the one in use.

A file is complete before the pointer names it, and a reader compares its SHA-256, so an incomplete index is never used.
Of two builds, the one that began to read the table later wins, in any order of their ends: S3 writes the pointer
only if it still is the one that the builder has read.
"""

import hashlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from runtime import aws, log
from runtime.errors import BookstoreError, Unavailable
from search.index import Index
from shop import search_index
from shop.search_index import POINTER, Pointer, StoredPointer

FOLDER = Path("/tmp")  # noqa: S108
"""The only folder that a function may write to."""
POINTER_ATTEMPTS = 5
"""Writes of the pointer before a builder gives up. Each lost one means that another builder wrote at the same time."""
REFRESH_SECONDS = 30.0
"""Seconds until a reader reads the pointer again."""
WAIT_SECONDS = 1.5
"""How long a search waits for a newer index. Clients try another region after 2 seconds (`web/src/lib/failover.ts`)."""

_CHANGED = frozenset({"ConditionalRequestConflict", "NoSuchKey", "PreconditionFailed"})
"""Errors of a conditional write when another builder was first."""


class Bucket:
    """The region's bucket for indexes."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def pointer(self) -> Pointer | None:
        """The pointer; None before the first build.

        Raises:
            Unavailable: S3 does not answer.
        """
        return search_index.read_pointer(self._client, self._name)

    def state(self) -> str:
        """State of the index in use, see `search_index.state`."""
        return search_index.state(self._client, self._name)

    def point_to(self, pointer: Pointer) -> bool:
        """Make `pointer` the one in use, unless the index in use was scanned later; return whether it is in use.

        Raises:
            Unavailable: S3 does not answer, or other builders wrote the pointer at each attempt.
        """
        for _ in range(POINTER_ATTEMPTS):
            stored = search_index.read_stored_pointer(self._client, self._name)
            if stored is not None and stored.pointer.scanned_at >= pointer.scanned_at:
                # Equal if the SDK repeated a write whose answer was lost: the repetition meets the first one.
                return stored.pointer == pointer
            if self._replace(stored, pointer):
                return True
        raise Unavailable("Other builders of the search index write the pointer; try again.")

    def _replace(self, stored: StoredPointer | None, pointer: Pointer) -> bool:
        """Write the pointer if S3 still has `stored`; return whether it was written.

        S3 answers 412 for another ETag, 409 during another write, and 404 if the pointer has been deleted:
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
        """
        condition = {"IfNoneMatch": "*"} if stored is None else {"IfMatch": stored.etag}
        body = json.dumps(pointer._asdict()).encode()
        try:
            aws.call(
                self._client.put_object,
                Bucket=self._name,
                Key=POINTER,
                Body=body,
                ContentType="application/json",
                **condition,
            )
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in _CHANGED:
                return False
            raise
        return True

    def upload(self, path: Path, *, scanned_at: str, books: int) -> Pointer:
        """Store an index file under a key of its own. Readers use it after `point_to`."""
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        key = f"{search_index.FOLDER}/{digest}.sqlite"
        aws.call(
            self._client.put_object, Bucket=self._name, Key=key, Body=content, ChecksumAlgorithm="SHA256"
        )
        return Pointer(key, digest, scanned_at, books)

    def download(self, pointer: Pointer, path: Path) -> None:
        """Write the index that `pointer` names to `path`.

        Raises:
            Unavailable: S3 does not answer, the file is missing, or it differs from the uploaded one.
        """
        try:
            content = aws.read_body(aws.call(self._client.get_object, Bucket=self._name, Key=pointer.key))
        except self._client.exceptions.NoSuchKey as error:
            raise Unavailable("The search index is missing in this region.") from error
        if hashlib.sha256(content).hexdigest() != pointer.sha256:
            raise Unavailable("The search index is damaged in this region.")
        path.write_bytes(content)


class Reader:
    """The index in use, loaded into `/tmp` at first use and replaced when the pointer names another."""

    def __init__(
        self, bucket: Bucket, folder: Path = FOLDER, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._bucket = bucket
        self._folder = folder
        self._clock = clock
        self._lock = Lock()
        self._index: Index | None = None
        self._pointer: Pointer | None = None
        self._looked_at = float("-inf")
        self._refreshing: Thread | None = None

    def index(self) -> Index:
        """The index in use. A newer one that cannot be loaded within `WAIT_SECONDS` is used by a later search.

        Raises:
            Unavailable: this region has no index yet, or cannot read it.
        """
        if self._index is None:
            self._load()
        else:
            self._follow()
        if self._index is None:
            raise Unavailable("This region has no search index yet; browse, or try another region.")
        return self._index

    def _follow(self) -> None:
        """Look for a newer index, in a thread so that slow answers of S3 delay a search by `WAIT_SECONDS` at most.

        Each search waits for a thread that is running, because Lambda stops all threads between two requests:
        https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
        """
        if self._refreshing is None and self._clock() - self._looked_at >= REFRESH_SECONDS:
            self._looked_at = self._clock()
            self._refreshing = Thread(target=self._refresh, name="search-refresh", daemon=True)
            self._refreshing.start()
        if (refreshing := self._refreshing) is not None:
            refreshing.join(WAIT_SECONDS)
            if not refreshing.is_alive():
                self._refreshing = None

    def _refresh(self) -> None:
        try:
            self._load()
        except (BookstoreError, OSError) as error:
            log.write("WARNING", "search-index-not-refreshed", cause=repr(error))

    def _load(self) -> None:
        with self._lock:
            self._looked_at = self._clock()
            pointer = self._bucket.pointer()
            if pointer is None or pointer == self._pointer:
                return
            path = self._folder / f"search-{os.urandom(8).hex()}.sqlite"
            try:
                self._bucket.download(pointer, path)
                self._index, self._pointer = Index(path), pointer
            finally:
                path.unlink(missing_ok=True)  # the open file stays readable until its connection is closed
            log.write("INFO", "search-index-loaded", books=pointer.books, scanned_at=pointer.scanned_at)
