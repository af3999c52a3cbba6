"""Location of a region's search index: a pointer in the region's bucket names the file in use."""

import base64
import json
from typing import Any, NamedTuple

from runtime import aws

VERSION = 1
"""Part of the objects' keys. A reader ignores an index of another version, so both can be deployed in any order."""

FOLDER = f"search/v{VERSION}"
POINTER = f"{FOLDER}/current.json"


class Pointer(NamedTuple):
    """An index file: key, SHA-256 in hex, the time at which reading the table began (RFC 3339), and number of books."""

    key: str
    sha256: str
    scanned_at: str
    books: int


class StoredPointer(NamedTuple):
    """A pointer as S3 has it, and the ETag of this version."""

    pointer: Pointer
    etag: str


def read_pointer(client: Any, bucket: str) -> Pointer | None:
    """The pointer; None before the first build.

    Raises:
        Unavailable: S3 does not answer.
    """
    stored = read_stored_pointer(client, bucket)
    return None if stored is None else stored.pointer


def read_stored_pointer(client: Any, bucket: str) -> StoredPointer | None:
    """The pointer with its ETag, for a conditional write; None before the first build.

    Raises:
        Unavailable: S3 does not answer.
    """
    try:
        answer = aws.call(client.get_object, Bucket=bucket, Key=POINTER)
        content = aws.read_body(answer)
    except client.exceptions.NoSuchKey:
        return None
    return StoredPointer(Pointer(**json.loads(content)), answer["ETag"])


def checksum(sha256: str) -> str:
    """A SHA-256 in hex as S3's `ChecksumSHA256`, which is in base64."""
    return base64.b64encode(bytes.fromhex(sha256)).decode()


def state(client: Any, bucket: str) -> str:
    """State of the index without loading it: `ok`, `missing`, `damaged`, or `unsupported` by this runtime's SQLite.

    S3 keeps the checksum of the content that it stores, so a file with other content is found without reading it:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html

    Raises:
        Unavailable: S3 does not answer.
    """
    from botocore.exceptions import ClientError

    if not has_full_text_search():
        return "unsupported"
    pointer = read_pointer(client, bucket)
    if pointer is None:
        return "missing"
    try:
        found = aws.call(client.head_object, Bucket=bucket, Key=pointer.key, ChecksumMode="ENABLED")
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return "missing"
        raise
    return "ok" if found.get("ChecksumSHA256") == checksum(pointer.sha256) else "damaged"


def has_full_text_search() -> bool:
    """Whether this runtime's SQLite was built with FTS5 and its trigram tokenizer."""
    import sqlite3

    with sqlite3.connect(":memory:") as database:
        try:
            database.execute("CREATE VIRTUAL TABLE probe USING fts5 (text, tokenize='trigram')")
        except sqlite3.OperationalError:
            return False
    return True
