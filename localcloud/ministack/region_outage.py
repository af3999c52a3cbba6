"""Regions that are away: whoever asks for anything there is told that the service is not available.

The region in a request's signature is the one that would answer it. Other parts of a region (its address on the
edge, what it replicates) are taken away by themselves.
"""

import re
from collections.abc import Mapping
from typing import Any

_SCOPE = re.compile(rb"Credential=[^/]+/\d{8}/([a-z0-9-]+)/")
_PRESIGNED = re.compile(
    rb"X-Amz-Credential=[^&]+?(?:/|%2F)\d{8}(?:/|%2F)([a-z0-9-]+)(?:/|%2F)", re.IGNORECASE
)


def region_of(scope: Mapping[str, Any]) -> str | None:
    """The region that a request is signed for; None for one that is not signed."""
    signature = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    found = _SCOPE.search(signature) or _PRESIGNED.search(scope["query_string"])
    return found.group(1).decode() if found else None
