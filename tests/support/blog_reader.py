"""Somebody who reads the blog, and asks again until what is expected is there."""

import uuid
from typing import Any

import httpx


class Reader:
    """Reads at one address; never follows a redirect, never gives up on an error status.

    One who is `forgetful` has every request come from somebody whose resolver has not asked before.
    """

    def __init__(self, address: str, *, forgetful: bool = False) -> None:
        self.address = address
        self._forgetful = forgetful
        self._client = httpx.Client(timeout=20, trust_env=False)

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def get(self, path: str, **parameters: str) -> httpx.Response:
        """Ask for a page."""
        return self._client.get(f"{self.address}{path}", params=parameters or None, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"x-viewer": uuid.uuid4().hex} if self._forgetful else {}

    def send(self, method: str, path: str, body: str = "") -> httpx.Response:
        """Ask for something else than a page."""
        return self._client.request(method, f"{self.address}{path}", content=body)

    def posts(self, **parameters: str) -> list[dict[str, Any]]:
        """What the REST API lists."""
        answer = self.get("/wp-json/wp/v2/posts", **parameters)
        assert answer.status_code == 200, answer.text[:300]
        found: list[dict[str, Any]] = answer.json()
        return found

    def slugs(self) -> set[str]:
        """The newest posts, by slug."""
        return {post["slug"] for post in self.posts(per_page="100")}
