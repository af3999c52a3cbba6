import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.edge.health_rules import Endpoint, HealthBoard, HealthCheck, Probe

WELL, ILL = Probe(True, "HTTP 200", 0.0), Probe(False, "HTTP 503", 0.0)
ENDPOINT = HealthCheck(
    "endpoint", "HTTPS", host="api-eu-west-1.bookstore.example", path="/v1/health", threshold=2
)


def board(*checks: HealthCheck) -> HealthBoard:
    made = HealthBoard()
    made.renew(checks)
    return made


def test_new_check_is_healthy() -> None:
    assert board(ENDPOINT).healthy("endpoint")


def test_endpoint_fails_after_threshold() -> None:
    endpoints = board(ENDPOINT)
    assert [endpoints.see("endpoint", probe) for probe in (ILL, WELL, ILL, ILL)] == [
        False,
        False,
        False,
        True,
    ]
    assert not endpoints.healthy("endpoint")


def test_endpoint_recovers_after_threshold() -> None:
    endpoints = board(ENDPOINT)
    for probe in (ILL, ILL, WELL, ILL, WELL):
        endpoints.see("endpoint", probe)
    assert not endpoints.healthy("endpoint")
    endpoints.see("endpoint", WELL)
    assert endpoints.healthy("endpoint")


@given(probes=st.lists(st.booleans(), max_size=40), threshold=st.integers(1, 10))
def test_endpoint_state_follows_last_full_run(probes: list[bool], threshold: int) -> None:
    endpoint = Endpoint()
    for ok in probes:
        endpoint.see(Probe(ok, "", 0.0), threshold)
    runs = [probes[index : index + threshold] for index in range(len(probes) - threshold + 1)]
    decisive = [run[0] for run in runs if len(set(run)) == 1]
    assert endpoint.healthy == (decisive[-1] if decisive else True)


@pytest.mark.parametrize(("inverted", "healthy"), [(False, True), (True, False)])
def test_disabled_check_is_healthy_unless_inverted(*, inverted: bool, healthy: bool) -> None:
    assert board(HealthCheck("switch", "HTTP", disabled=True, inverted=inverted)).healthy("switch") is healthy


def test_inverted_check_negates_endpoint() -> None:
    endpoints = board(HealthCheck("endpoint", "HTTPS", threshold=1, inverted=True))
    assert not endpoints.healthy("endpoint")
    endpoints.see("endpoint", ILL)
    assert endpoints.healthy("endpoint")


def calculated(needed: int, *, switch_thrown: bool = False) -> HealthBoard:
    return board(
        ENDPOINT,
        HealthCheck("switch", "HTTP", disabled=True, inverted=switch_thrown),
        HealthCheck("record", "CALCULATED", children=("endpoint", "switch"), children_needed=needed),
    )


def test_calculated_check_counts_children() -> None:
    assert calculated(2).healthy("record")
    assert not calculated(2, switch_thrown=True).healthy("record")
    assert calculated(1, switch_thrown=True).healthy("record")


def test_calculated_check_follows_endpoint() -> None:
    checks = calculated(2)
    checks.see("endpoint", ILL)
    checks.see("endpoint", ILL)
    assert not checks.healthy("record")


@pytest.mark.parametrize(("needed", "healthy"), [(0, True), (3, False)])
def test_calculated_check_extreme_threshold_is_constant(needed: int, *, healthy: bool) -> None:
    assert calculated(needed).healthy("record") is healthy


def test_reason_names_failed_check() -> None:
    assert "operator" in calculated(2, switch_thrown=True).reason("record")
    checks = calculated(2)
    checks.see("endpoint", ILL)
    checks.see("endpoint", ILL)
    assert checks.reason("record") == "HTTP 503"


def test_reason_names_evacuation() -> None:
    assert calculated(3).reason("record") == "evacuated by an operator"


def test_renew_keeps_unchanged_endpoint() -> None:
    checks = board(ENDPOINT)
    checks.see("endpoint", ILL)
    checks.see("endpoint", ILL)
    checks.renew([ENDPOINT, HealthCheck("another", "HTTPS")])
    assert not checks.healthy("endpoint")


def test_renew_forgets_moved_endpoint() -> None:
    checks = board(ENDPOINT)
    checks.see("endpoint", ILL)
    checks.see("endpoint", ILL)
    checks.renew([HealthCheck("endpoint", "HTTPS", host="elsewhere.example", threshold=2)])
    assert checks.healthy("endpoint")


def test_removed_check_is_healthy() -> None:
    checks = board(ENDPOINT)
    checks.renew([])
    assert checks.healthy("endpoint")
    assert not checks.see("endpoint", ILL)
