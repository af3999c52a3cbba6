"""HTTP client of the blog."""

import uuid
from collections.abc import Mapping
from typing import Any

import httpx

from tests.support.waiting import TIMEOUT_SECONDS


class Reader:
    """Reads the blog at one address, without following redirects.

    A `forgetful` reader resolves the name for every request.
    """

    def __init__(self, address: str, *, forgetful: bool = False) -> None:
        self.address = address
        self._forgetful = forgetful
        self._client = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def get(self, path: str, **parameters: str) -> httpx.Response:
        """GET a page."""
        return self._client.get(f"{self.address}{path}", params=parameters or None, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"x-viewer": uuid.uuid4().hex} if self._forgetful else {}

    def send(
        self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """Send a request with another method or with headers."""
        return self._client.request(method, f"{self.address}{path}", content=body, headers=headers)

    def posts(self, **parameters: str) -> list[dict[str, Any]]:
        """List posts through the REST API."""
        answer = self.get("/wp-json/wp/v2/posts", **parameters)
        assert answer.status_code == 200, answer.text[:300]
        found: list[dict[str, Any]] = answer.json()
        return found

    def slugs(self) -> set[str]:
        """Slugs of the newest 100 posts."""
        return {post["slug"] for post in self.posts(per_page="100")}
