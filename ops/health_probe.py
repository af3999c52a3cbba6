"""Requests to the deployed API over its public addresses."""

from dataclasses import dataclass

import httpx

from stacks.settings import Settings

TIMEOUT = 4.0
"""Seconds. `/v1/health` answers within two; Route 53's health checkers wait as long."""


@dataclass(frozen=True)
class Health:
    """Whether a region can serve, and the reason."""

    healthy: bool
    detail: str
    busy: bool = False
    """Whether requests are throttled: the region works, and has more requests than its limits."""


class Probe:
    """Requests to `api.<domain>` and to each region's own address."""

    def __init__(self, settings: Settings, *, transport: httpx.BaseTransport | None = None) -> None:
        self.api = settings.api_url()
        self._regions = {region: settings.api_url(region) for region in settings.regions}
        self._http = httpx.Client(
            timeout=TIMEOUT,
            # A new connection for each request, as Route 53 does: a kept one would hide the loss of a region.
            limits=httpx.Limits(max_keepalive_connections=0),
            transport=transport,
            # A proxy of the network does not apply to this machine.
            mounts={"all://127.0.0.1": transport},
        )

    def address(self, region: str) -> str:
        """URL of the region's own API, ending in /v1."""
        return self._regions[region]

    def health(self, region: str) -> Health:
        """The health that the region itself reports, evacuated or not."""
        try:
            answer = self._http.get(f"{self.address(region)}/health")
        except httpx.HTTPError as error:
            return Health(False, f"no answer ({type(error).__name__})")
        failed = _failed(answer, "checks")
        if answer.status_code == httpx.codes.OK:
            notes = [*failed, *_failed(answer, "details")]
            return Health(True, ", ".join(["busy" if failed else "ok", *notes]), busy=bool(failed))
        # API Gateway answers 429 itself, before the function.
        busy = answer.status_code == httpx.codes.TOO_MANY_REQUESTS
        return Health(busy, ", ".join([f"HTTP {answer.status_code}", *failed]), busy=busy)

    def has_stale_bestsellers(self, region: str) -> bool:
        """Whether the region serves bestsellers from before a loss of its Redis; False without an answer."""
        try:
            answer = self._http.get(f"{self.address(region)}/bestsellers")
            return answer.status_code == httpx.codes.OK and bool(answer.json()["stale"])
        except (httpx.HTTPError, ValueError, KeyError):
            return False

    def who_answers(self) -> str | None:
        """The region that `api.<domain>` reaches from here; None without an answer."""
        try:
            answer = self._http.get(f"{self.api}/region")
        except httpx.HTTPError:
            return None
        return str(answer.headers.get("x-region")) if answer.status_code == httpx.codes.OK else None


def _failed(answer: httpx.Response, part: str) -> list[str]:
    """The states in `part` that are not ok; none where API Gateway responded without the function."""
    try:
        body = answer.json()
    except ValueError:
        return []
    states: dict[str, str] = body.get(part, {}) if isinstance(body, dict) else {}
    return [f"{name} {state}" for name, state in states.items() if state != "ok"]
