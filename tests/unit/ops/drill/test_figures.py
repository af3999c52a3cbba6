import json
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import pytest

from ops.deployment import Deployment
from ops.drill.figures import Arithmetic, dns_arithmetic, outage
from ops.drill.ledger import Intent, Ledger
from ops.drill.reconcile import Reconciliation
from ops.drill.recording import Incident, Mark, Population, Recording, Sample
from ops.drill.report import Report
from tests.support.deployments import deployment

HOME, PEER = "eu-west-1", "ap-southeast-1"
DNS = Arithmetic(interval=10, threshold=2, ttl=60)


def sample(
    at: float,
    *,
    ok: bool = True,
    failed: int = 0,
    seconds: float = 0.5,
    shopper: str = "ada",
    population: Population = "dns",
    home: str = HOME,
    action: str = "books",
) -> Sample:
    return Sample(
        at=at,
        seconds=seconds,
        shopper=shopper,
        population=population,
        home=home,
        action=action,
        region=HOME if ok else None,
        outcome="ok" if ok else "403",
        ok=ok,
        failed_attempts=failed or (not ok),
    )


def recording(*samples: Sample, moves_traffic: bool = True) -> tuple[Recording, Incident]:
    incident = Incident("1", "mapping gone", HOME, "gone", moves_traffic, broke_at=10.0, healed_at=100.0)
    return Recording(samples=list(samples), incidents=[incident]), incident


def reconciliation(lost: list[str] | None = None) -> Reconciliation:
    return Reconciliation(1, 1, lost or [], [], [], [], [], [])


def report(recording: Recording, found: Reconciliation) -> Report:
    return Report("bookstore-test", 1, (HOME, PEER), recording, found, DNS)


def test_the_arithmetic_is_that_of_the_checks_as_they_are_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Route53:
        def get_health_check(self, *, HealthCheckId: str) -> Any:  # noqa: N803  boto3's own
            assert HealthCheckId == f"endpoint-{HOME}"
            return {"HealthCheck": {"HealthCheckConfig": {"RequestInterval": 30, "FailureThreshold": 1}}}

    monkeypatch.setattr(Deployment, "client", lambda *_: Route53())
    found = dns_arithmetic(deployment((HOME, PEER)))
    assert str(found) == "30 s x 1 + 60 s = 90 s"


def test_an_outage_lasts_until_the_last_shopper_is_served_for_good() -> None:
    found = outage(
        *recording(
            sample(9, ok=True),
            sample(12, ok=False),
            sample(14, ok=True),
            sample(16, ok=False),
            sample(20, ok=True),
            sample(13, ok=False, shopper="bob"),
            sample(30, ok=True, shopper="bob"),
            sample(15, ok=False, shopper="elsewhere", home=PEER),
        ),
        "dns",
    )
    assert (found.requests, found.failed) == (6, 3)
    assert found.first_success == 4.5
    assert found.last_recovered == 20.5
    assert found.longest_wait == 17.5


def test_a_client_that_fails_over_waits_as_long_as_its_request() -> None:
    found = outage(
        *recording(sample(12, failed=1, seconds=2.25, population="failover"), sample(13)), "failover"
    )
    assert found.failed == 0
    assert found.longest_wait == 2.25


def test_whoever_is_never_served_again_cannot_be_overlooked() -> None:
    found = outage(*recording(sample(12, ok=False), sample(13, ok=False, shopper="bob"), sample(14)), "dns")
    assert found.last_recovered == inf


def test_nobody_hit_is_not_a_quick_recovery() -> None:
    found, incident = recording(sample(12), sample(12, population="failover"))
    assert outage(found, incident, "dns").longest_wait is None
    assert any("nothing was measured" in line for line in report(found, reconciliation()).missed())


@pytest.mark.parametrize(("end", "passes"), [(94.0, True), (95.5, False)])
def test_dns_must_keep_to_its_arithmetic(end: float, passes: bool) -> None:
    found, _ = recording(
        sample(12, ok=False), sample(end), sample(12, failed=1, population="failover", shopper="bob")
    )
    assert (report(found, reconciliation()).missed() == []) is passes


def evacuation(last_answer: float) -> Report:
    """Nobody met trouble, and the region that was evacuated at 10 s answered last at `last_answer`."""
    found, incident = recording(sample(12), sample(last_answer - 0.5), replace(sample(90), region=PEER))
    incident.is_orderly = True
    return report(found, reconciliation())


@pytest.mark.parametrize(("last_answer", "passes"), [(74.0, True), (76.0, False)])
def test_everyone_has_left_an_evacuated_region_when_resolvers_know_better(
    last_answer: float, passes: bool
) -> None:
    done = evacuation(last_answer)
    _, dns = done.outages(done.recording.incidents[0])
    assert dns.left == last_answer - 10.0
    assert (done.missed() == []) is passes


def test_where_no_traffic_moves_nothing_may_fail() -> None:
    found, _ = recording(sample(12, ok=False), sample(13), moves_traffic=False)
    assert report(found, reconciliation()).missed()


def test_what_leans_on_the_broken_thing_may_fail_and_nothing_else() -> None:
    found, incident = recording(sample(12, ok=False, action="bestsellers"), sample(13), moves_traffic=False)
    assert report(found, reconciliation()).missed()
    incident.leans_on_it = ("bestsellers",)
    assert report(found, reconciliation()).missed() == []
    found.samples.append(sample(14, ok=False, action="cart"))
    assert report(found, reconciliation()).missed()


def test_a_lost_order_fails_the_drill() -> None:
    found, _ = recording(sample(12), moves_traffic=False)
    assert report(found, reconciliation()).missed() == []
    assert report(found, reconciliation(["an order"])).missed() == ["an order"]


def test_the_report_is_json_and_a_page_that_needs_nothing_else(tmp_path: Path) -> None:
    found, incident = recording(sample(12, ok=False), sample(40, shopper="<script>"))
    found.marks.append(Mark(10.0, "break", incident.id, "<b>gone</b>"))
    page = report(found, reconciliation()).write(tmp_path).read_text()
    raw = json.loads((tmp_path / "report.json").read_text(), parse_constant=pytest.fail)
    assert raw["incidents"][0]["outages"][1]["last_recovered"] == "never"
    assert len(raw["samples"]) == 2
    assert "10 &times; 2 + 60 = 80" in page
    assert "<td class=n>0</td><td class=n>0</td></tr></tfoot>" in page
    assert "<b>gone" not in page
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_a_confirmed_order_leaves_the_cart_and_the_rest_stays() -> None:
    ledger = Ledger()
    ledger.saw_cart("ada", {"items": [{"bookId": "a", "quantity": 2}, {"bookId": "b", "quantity": 1}]})
    ledger.saw_order(Intent("ada", "key", {"a": 2}, 100), {"orderId": "1"})
    assert ledger.carts == {"ada": {"b": 1}}


def test_an_unanswered_change_makes_a_cart_unknown_until_it_is_seen_again() -> None:
    ledger = Ledger()
    ledger.saw_cart("ada", {"items": []})
    ledger.lost_sight("ada")
    ledger.saw_order(Intent("ada", "key", {"a": 2}, 100), {"orderId": "1"})
    assert ledger.carts == {}
