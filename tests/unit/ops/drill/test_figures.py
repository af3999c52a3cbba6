import json
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import pytest

from ops.deployment import Deployment
from ops.drill.figures import Arithmetic, dns_arithmetic, outage
from ops.drill.ledger import Ledger, Purchase
from ops.drill.reconcile import Reconciliation
from ops.drill.recording import Incident, Mark, Population, Recording, Sample, SignIn
from ops.drill.report import Report
from ops.drill.stock_count import StockCount
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
    incident = Incident("1", "mapping deleted", HOME, "gone", moves_traffic, broke_at=10.0, healed_at=100.0)
    return Recording(samples=list(samples), incidents=[incident]), incident


def reconciliation(lost: list[str] | None = None) -> Reconciliation:
    return Reconciliation(1, 1, lost or [], [], [], [], [], [])


def report(recording: Recording, found: Reconciliation) -> Report:
    return Report("bookstore-test", 1, (HOME, PEER), recording, found, DNS)


def test_arithmetic_reads_deployed_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    class Route53:
        def get_health_check(self, *, HealthCheckId: str) -> Any:  # noqa: N803  boto3's own
            assert HealthCheckId == f"endpoint-{HOME}"
            return {"HealthCheck": {"HealthCheckConfig": {"RequestInterval": 30, "FailureThreshold": 1}}}

    monkeypatch.setattr(Deployment, "client", lambda *_: Route53())
    found = dns_arithmetic(deployment((HOME, PEER)))
    assert str(found) == "30 s x 1 + 60 s = 90 s"


def test_outage_ends_with_last_recovery() -> None:
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


def test_failover_wait_is_request_time() -> None:
    found = outage(
        *recording(sample(12, failed=1, seconds=2.25, population="failover"), sample(13)), "failover"
    )
    assert found.failed == 0
    assert found.longest_wait == 2.25


def test_never_recovered_is_infinite() -> None:
    found = outage(*recording(sample(12, ok=False), sample(13, ok=False, shopper="bob"), sample(14)), "dns")
    assert found.last_recovered == inf


def test_no_affected_shopper_has_no_times() -> None:
    found, incident = recording(sample(12), sample(12, population="failover"))
    assert outage(found, incident, "dns").longest_wait is None
    assert any("nothing was measured" in line for line in report(found, reconciliation()).missed())


@pytest.mark.parametrize(("end", "passes"), [(94.0, True), (95.5, False)])
def test_dns_over_its_bound_is_missed(end: float, passes: bool) -> None:
    found, _ = recording(
        sample(12, ok=False), sample(end), sample(12, failed=1, population="failover", shopper="bob")
    )
    assert (report(found, reconciliation()).missed() == []) is passes


def evacuation(last_answer: float) -> Report:
    """A report without failures; the region was evacuated at 10 s and last responded at `last_answer`."""
    found, incident = recording(sample(12), sample(last_answer - 0.5), replace(sample(90), region=PEER))
    incident.is_planned = True
    return report(found, reconciliation())


@pytest.mark.parametrize(("last_answer", "passes"), [(74.0, True), (76.0, False)])
def test_late_request_after_evacuation_is_missed(last_answer: float, passes: bool) -> None:
    done = evacuation(last_answer)
    _, dns = done.outages(done.recording.incidents[0])
    assert dns.left == last_answer - 10.0
    assert (done.missed() == []) is passes


def test_failure_without_move_allows_no_errors() -> None:
    found, _ = recording(sample(12, ok=False), sample(13), moves_traffic=False)
    assert report(found, reconciliation()).missed()


def test_dependent_actions_may_fail() -> None:
    found, incident = recording(sample(12, ok=False, action="bestsellers"), sample(13), moves_traffic=False)
    assert report(found, reconciliation()).missed()
    incident.dependent_actions = ("bestsellers",)
    assert report(found, reconciliation()).missed() == []
    found.samples.append(sample(14, ok=False, action="cart"))
    assert report(found, reconciliation()).missed()


def test_sign_in_without_user_pool_is_missed() -> None:
    found, incident = recording(sample(12), moves_traffic=False)
    incident.sign_in = SignIn("unavailable", 3600)
    assert report(found, reconciliation()).missed() == []
    incident.sign_in = SignIn("", 3600)
    assert ["sign-in succeeded" in line for line in report(found, reconciliation()).missed()] == [True]


def test_lost_order_is_missed() -> None:
    found, _ = recording(sample(12), moves_traffic=False)
    assert report(found, reconciliation()).missed() == []
    assert report(found, reconciliation(["an order"])).missed() == ["an order"]


def test_oversold_book_is_missed(tmp_path: Path) -> None:
    found, _ = recording(sample(12), moves_traffic=False)
    counted = StockCount(books=1, received=4, sold=5, oversold=["a book"])
    oversold = report(found, replace(reconciliation(), stock=counted))
    assert oversold.missed() == ["a book"]
    assert "<dt>books oversold</dt><dd>1</dd>" in oversold.write(tmp_path).read_text()


def test_report_writes_json_and_one_page(tmp_path: Path) -> None:
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


def test_ledger_order_leaves_other_lines() -> None:
    ledger = Ledger()
    ledger.record_cart("ada", {"items": [{"bookId": "a", "quantity": 2}, {"bookId": "b", "quantity": 1}]})
    ledger.record_order(Purchase("ada", "key", {"a": 2}, 100), {"orderId": "1"})
    assert ledger.carts == {"ada": {"b": 1}}


def test_ledger_unanswered_change_is_unknown() -> None:
    ledger = Ledger()
    ledger.record_cart("ada", {"items": []})
    ledger.forget_cart("ada")
    ledger.record_order(Purchase("ada", "key", {"a": 2}, 100), {"orderId": "1"})
    assert ledger.carts == {}
