"""How Route 53 decides that an endpoint is healthy: pure rules, told of probes from outside.

Source: "How Amazon Route 53 determines whether a health check is healthy", Amazon Route 53 Developer Guide. One
checker looks here, where AWS has some fifteen and takes 18 % of them as enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

CONNECT_SECONDS = 4
"""To make a TCP connection, for all types but plain TCP."""
RESPONSE_SECONDS = 2
"""From the connection to the status line, and from there to the body that is searched."""
SEARCHED_BYTES = 5120
PROBED = ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH")


@dataclass(frozen=True)
class HealthCheck:
    """A health check as it is configured. `interval` is in seconds."""

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
        """Whether someone has to ask an endpoint for it."""
        return self.type in PROBED and not self.disabled


@dataclass(frozen=True)
class Probe:
    """The outcome of asking an endpoint once; `at` is in seconds of the checker's clock."""

    ok: bool
    reason: str
    at: float


@dataclass
class Endpoint:
    """What the checker knows of one endpoint: a change needs `threshold` probes in a row that say so."""

    healthy: bool = True
    """A new check counts as healthy until there is enough data."""
    in_a_row: int = 0
    last: Probe | None = None

    def see(self, probe: Probe, threshold: int) -> bool:
        """Take in a probe; returns whether the endpoint's state changed by it."""
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
    """Every health check of the zone and the state of its endpoint."""

    checks: Mapping[str, HealthCheck] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    def renew(self, checks: Sequence[HealthCheck]) -> None:
        """Take over the configuration as it is now; what is known of an unchanged endpoint stays."""
        before, self.checks = self.checks, {check.id: check for check in checks}
        for id_, check in self.checks.items():
            known = before.get(id_)
            moved = known is not None and (known.host, known.path) != (check.host, check.path)
            # Checking begins anew when it is enabled again: what was known then is old.
            if moved or check.disabled:
                self.endpoints.pop(id_, None)
        for gone in self.endpoints.keys() - self.checks.keys():
            del self.endpoints[gone]

    def see(self, id_: str, probe: Probe) -> bool:
        """Take in a probe for check `id_`; returns whether its endpoint's state changed."""
        check = self.checks.get(id_)
        return check is not None and self.endpoints.setdefault(id_, Endpoint()).see(probe, check.threshold)

    def healthy(self, id_: str) -> bool:
        """Whether check `id_` counts as healthy. One that is gone does: its record is answered as if it had none."""
        check = self.checks.get(id_)
        return check is None or self._raw(check) != check.inverted

    def _raw(self, check: HealthCheck) -> bool:
        if check.disabled:
            return True
        if check.type == "CALCULATED":
            return sum(map(self.healthy, check.children)) >= check.children_needed
        return self.endpoints.get(check.id, Endpoint()).healthy

    def reason(self, id_: str) -> str:
        """Why check `id_` is as it is, in a few words; of a calculated one, why its first bad child is."""
        check = self.checks.get(id_)
        if check is None:
            return "not checked"
        if check.children_needed > len(check.children):
            return "evacuated by an operator"
        if check.type == "CALCULATED":
            bad = [child for child in check.children if not self.healthy(child)]
            if not bad and self._raw(check) == check.inverted:
                return f"wants {check.children_needed} healthy checks and has {len(check.children)}"
            return self.reason(bad[0]) if bad else "all checks healthy"
        if check.disabled:
            return "switched off by an operator" if check.inverted else "not checked"
        last = self.endpoints.get(id_, Endpoint()).last
        return last.reason if last else "not checked yet"
