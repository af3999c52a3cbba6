"""Asks the deployed API how it is, as a shopper's browser would reach it."""

from dataclasses import dataclass
from typing import Any

import httpx

from stacks.settings import Settings

TIMEOUT = 4.0
"""Seconds; `/v1/health` answers within two, wherever it is, and Route 53 gives it as long as this."""


@dataclass(frozen=True)
class Health:
    """Whether a region can serve, and what made us think so."""

    healthy: bool
    detail: str


class Probe:
    """Requests to `api.<domain>` and to each region's own address."""

    def __init__(self, settings: Settings, *, transport: httpx.BaseTransport | None = None) -> None:
        self.api = settings.api_url()
        self._regions = {region: settings.api_url(region) for region in settings.regions}
        self._http = httpx.Client(
            timeout=TIMEOUT,
            # Each question is a connection of its own, as Route 53's are: one that was kept would hide a region's loss.
            limits=httpx.Limits(max_keepalive_connections=0),
            transport=transport,
            # A proxy of the operator's network is none for what runs on this machine.
            mounts={"all://127.0.0.1": transport},
        )

    def address(self, region: str) -> str:
        """URL of the region's own API, ending in /v1."""
        return self._regions[region]

    def health(self, region: str) -> Health:
        """Ask the region itself, evacuated or not."""
        try:
            answer = self._http.get(f"{self.address(region)}/health")
        except httpx.HTTPError as error:
            return Health(False, f"no answer ({type(error).__name__})")
        if answer.status_code == httpx.codes.OK:
            return Health(True, "ok")
        failed = [f"{name} {result}" for name, result in _checks(answer).items() if result != "ok"]
        return Health(False, ", ".join([f"HTTP {answer.status_code}", *failed]))

    def who_answers(self) -> str | None:
        """The region that `api.<domain>` reaches from here, now; None when nobody answers."""
        try:
            answer = self._http.get(f"{self.api}/region")
        except httpx.HTTPError:
            return None
        return str(answer.headers.get("x-region")) if answer.status_code == httpx.codes.OK else None


def _checks(answer: httpx.Response) -> dict[str, Any]:
    """The `checks` of a health answer; none where API Gateway answered in the function's stead."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return dict(body.get("checks", {})) if isinstance(body, dict) else {}
