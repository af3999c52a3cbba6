"""Errors of AWS services, and bodies of S3's answers, which arrive after the call."""

from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError
from botocore.httpchecksum import Crc32Checksum, StreamingChecksumBody
from botocore.response import StreamingBody
from urllib3.exceptions import ProtocolError, ReadTimeoutError

from runtime import aws
from runtime.errors import Unavailable


class Broken:
    """A stream that raises `error` when it is read."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, _amount: int | None = None) -> bytes:
        raise self._error


POOL: Any = None


@pytest.mark.parametrize(
    "body",
    [
        StreamingBody(BytesIO(b"half"), 8),
        StreamingBody(Broken(ProtocolError("reset")), 8),
        StreamingBody(Broken(ReadTimeoutError(POOL, "/", "stalled")), 8),
        StreamingChecksumBody(BytesIO(b"half"), 4, Crc32Checksum(), "AAAAAA=="),
    ],
    ids=["short", "reset", "stalled", "damaged"],
)
def test_body_that_breaks_off_is_unavailable(body: StreamingBody) -> None:
    with pytest.raises(Unavailable):
        aws.read_body({"Body": body})


def test_whole_body_is_read() -> None:
    assert aws.read_body({"Body": StreamingBody(BytesIO(b"whole"), 5)}) == b"whole"


def test_call_without_answer_names_no_service() -> None:
    """Shoppers read the text, and it may be S3 or Cognito."""

    def unanswered() -> dict[str, Any]:
        raise ConnectTimeoutError(endpoint_url="https://s3.eu-west-1.amazonaws.com")

    with pytest.raises(Unavailable, match="A service of this region does not answer"):
        aws.call(unanswered)
