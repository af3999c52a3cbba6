"""Route 53's health decisions as pure rules over probe results.

Source: "How Amazon Route 53 determines whether a health check is healthy", Amazon Route 53 Developer Guide. One
checker probes here; AWS has about fifteen, and 18 % of them suffice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

CONNECT_SECONDS = 4
"""Limit for the TCP connection, for all types except TCP."""
RESPONSE_SECONDS = 2
"""Limit from the connection to the status line, and from there to the searched body."""
SEARCHED_BYTES = 5120
PROBED = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH")


@dataclass(frozen=True)
class HealthCheck:
    """A configured health check. `interval` is in seconds."""

    id: str
    type: str
    host: str = ""
    path: str = "/"
    search: str = ""
    interval: int = 30
    threshold: int = 3
    inverted: bool = False
    disabled: bool = False
    children: tuple[str, ...] = ()
    children_needed: int = 0

    @property
    def is_probed(self) -> bool:
        """Whether the check has an endpoint to probe."""
        return self.type in PROBED and not self.disabled


@dataclass(frozen=True)
class Probe:
    """Result of one probe; `at` is in seconds of the checker's clock."""

    ok: bool
    reason: str
    at: float


@dataclass
class Endpoint:
    """State of one endpoint. It changes after `threshold` consecutive probes."""

    healthy: bool = True
    """A new check is healthy until there is enough data."""
    in_a_row: int = 0
    last: Probe | None = None

    def see(self, probe: Probe, threshold: int) -> bool:
        """Record a probe. Returns whether the endpoint's state changed."""
        self.last = probe
        if probe.ok == self.healthy:
            self.in_a_row = 0
            return False
        self.in_a_row += 1
        if self.in_a_row < threshold:
            return False
        self.healthy, self.in_a_row = probe.ok, 0
        return True


@dataclass
class HealthBoard:
    """All health checks of the zone and the states of their endpoints."""

    checks: Mapping[str, HealthCheck] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    def renew(self, checks: Sequence[HealthCheck]) -> None:
        """Replace the configuration. The state of unchanged endpoints stays."""
        before, self.checks = self.checks, {check.id: check for check in checks}
        for id_, check in self.checks.items():
            known = before.get(id_)
            moved = known is not None and (known.host, known.path) != (check.host, check.path)
            # A re-enabled check starts without history.
            if moved or check.disabled:
                self.endpoints.pop(id_, None)
        for gone in self.endpoints.keys() - self.checks.keys():
            del self.endpoints[gone]

    def see(self, id_: str, probe: Probe) -> bool:
        """Record a probe of check `id_`. Returns whether its endpoint's state changed."""
        check = self.checks.get(id_)
        return check is not None and self.endpoints.setdefault(id_, Endpoint()).see(probe, check.threshold)

    def healthy(self, id_: str) -> bool:
        """Whether check `id_` is healthy. A removed check is: its record is answered as if it had no check."""
        check = self.checks.get(id_)
        return check is None or self._raw(check) != check.inverted

    def is_evacuated(self, id_: str) -> bool:
        """Whether check `id_` needs more healthy children than it has, which is how an operator evacuates."""
        check = self.checks.get(id_)
        return check is not None and check.children_needed > len(check.children)

    def progress(self, id_: str) -> tuple[int, int]:
        """Consecutive probes that contradict the state of check `id_`, and how many change it.

        For a calculated check, of its first child.
        """
        check = self.checks.get(id_)
        if check is not None and check.type == "CALCULATED":
            return self.progress(check.children[0]) if check.children else (0, 0)
        return (self.endpoints.get(id_, Endpoint()).in_a_row, check.threshold) if check else (0, 0)

    def _raw(self, check: HealthCheck) -> bool:
        if check.disabled:
            return True
        if check.type == "CALCULATED":
            return sum(map(self.healthy, check.children)) >= check.children_needed
        return self.endpoints.get(check.id, Endpoint()).healthy

    def reason(self, id_: str) -> str:
        """Short reason for the state of check `id_`; for a calculated check, that of its first unhealthy child."""
        check = self.checks.get(id_)
        if check is None:
            return "not checked"
        if check.children_needed > len(check.children):
            return "evacuated by an operator"
        if check.type == "CALCULATED":
            bad = [child for child in check.children if not self.healthy(child)]
            if not bad and self._raw(check) == check.inverted:
                return f"needs {check.children_needed} healthy checks of {len(check.children)}"
            return self.reason(bad[0]) if bad else "all checks healthy"
        if check.disabled:
            return "disabled by an operator" if check.inverted else "not checked"
        last = self.endpoints.get(id_, Endpoint()).last
        return last.reason if last else "not checked yet"
