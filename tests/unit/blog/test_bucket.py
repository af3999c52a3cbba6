"""Signatures of requests to S3, compared with botocore's."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.support.php import answer, needs_php

pytestmark = needs_php

NOW = datetime(2026, 9, 1, 12, 30, 15, tzinfo=UTC)


@pytest.mark.parametrize("token", ["", "a-session-token"])
@pytest.mark.parametrize(
    ("method", "key", "body"),
    [
        ("GET", "uploads/2026/09/cover.jpg", ""),
        ("PUT", "uploads/2026/09/a-cover-300x200.png", "bytes"),
        ("DELETE", "uploads/2026/09/Größe.webp", ""),
    ],
)
def test_sign_matches_botocore(
    method: str, key: str, body: str, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = answer(
        "Bookstore_Bucket",
        "$bucket = new Bookstore_Bucket('media', 'eu-west-1', $given['credentials']);"
        "return $bucket->sign($given['method'], $given['key'], $given['body'], $given['now']);",
        credentials={"key": "AKID", "secret": "secret", "token": token},
        method=method,
        key=key,
        body=body,
        now=f"{NOW:%Y%m%dT%H%M%SZ}",
    )
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: NOW.replace(tzinfo=None))
    request = AWSRequest(
        method=method, url=f"https://media.s3.eu-west-1.amazonaws.com/{quote(key)}", data=body.encode()
    )
    request.context["timestamp"] = f"{NOW:%Y%m%dT%H%M%SZ}"
    auth = S3SigV4Auth(Credentials("AKID", "secret", token or None), "s3", "eu-west-1")
    request.headers["X-Amz-Content-SHA256"] = ours["x-amz-content-sha256"]
    auth.add_auth(request)
    assert request.headers["X-Amz-Date"] == ours["x-amz-date"]
    assert request.headers["Authorization"] == ours["authorization"]
