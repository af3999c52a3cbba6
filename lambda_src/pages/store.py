"""The storefront's built page, from the region's web bucket."""

import time
from collections.abc import Callable
from typing import Any

from runtime import aws
from runtime.errors import Unavailable

KEY = "index.html"
FRESH_SECONDS = 60.0
"""How long a build is kept; as long as CloudFront keeps a page."""


class Template:
    """`index.html` of the build in use."""

    def __init__(self, client: Any, bucket: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._bucket = bucket
        self._clock = clock
        self._html = ""
        self._read_at = float("-inf")

    def html(self) -> str:
        """Return the build's page.

        Raises:
            Unavailable: S3 is away, or this region's bucket has no build.
        """
        if self._clock() - self._read_at >= FRESH_SECONDS:
            try:
                answer = aws.call(self._client.get_object, Bucket=self._bucket, Key=KEY)
            except self._client.exceptions.NoSuchKey as error:
                raise Unavailable("This region has no build of the storefront.") from error
            self._html = answer["Body"].read().decode()
            self._read_at = self._clock()
        return self._html
