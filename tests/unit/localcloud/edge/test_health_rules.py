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


def test_a_new_check_counts_as_healthy() -> None:
    assert board(ENDPOINT).healthy("endpoint")


def test_it_takes_the_threshold_in_a_row_to_fail() -> None:
    endpoints = board(ENDPOINT)
    assert [endpoints.see("endpoint", probe) for probe in (ILL, WELL, ILL, ILL)] == [
        False,
        False,
        False,
        True,
    ]
    assert not endpoints.healthy("endpoint")


def test_it_takes_the_threshold_in_a_row_to_recover() -> None:
    endpoints = board(ENDPOINT)
    for probe in (ILL, ILL, WELL, ILL, WELL):
        endpoints.see("endpoint", probe)
    assert not endpoints.healthy("endpoint")
    endpoints.see("endpoint", WELL)
    assert endpoints.healthy("endpoint")


@given(probes=st.lists(st.booleans(), max_size=40), threshold=st.integers(1, 10))
def test_the_state_is_that_of_the_last_run_as_long_as_the_threshold(
    probes: list[bool], threshold: int
) -> None:
    endpoint = Endpoint()
    for ok in probes:
        endpoint.see(Probe(ok, "", 0.0), threshold)
    runs = [probes[index : index + threshold] for index in range(len(probes) - threshold + 1)]
    decisive = [run[0] for run in runs if len(set(run)) == 1]
    assert endpoint.healthy == (decisive[-1] if decisive else True)


@pytest.mark.parametrize(("inverted", "healthy"), [(False, True), (True, False)])
def test_a_disabled_check_is_healthy_and_inverted_it_is_not(*, inverted: bool, healthy: bool) -> None:
    assert board(HealthCheck("switch", "HTTP", disabled=True, inverted=inverted)).healthy("switch") is healthy


def test_inverted_turns_an_endpoint_round() -> None:
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


def test_a_calculated_check_wants_as_many_children_as_it_says() -> None:
    assert calculated(2).healthy("record")
    assert not calculated(2, switch_thrown=True).healthy("record")
    assert calculated(1, switch_thrown=True).healthy("record")


def test_a_calculated_check_follows_its_endpoint() -> None:
    checks = calculated(2)
    checks.see("endpoint", ILL)
    checks.see("endpoint", ILL)
    assert not checks.healthy("record")


@pytest.mark.parametrize(("needed", "healthy"), [(0, True), (3, False)])
def test_a_calculated_check_that_wants_none_or_too_many_never_changes(needed: int, *, healthy: bool) -> None:
    assert calculated(needed).healthy("record") is healthy


def test_the_reason_names_what_is_wrong() -> None:
    assert "operator" in calculated(2, switch_thrown=True).reason("record")
    checks = calculated(2)
    checks.see("endpoint", ILL)
    checks.see("endpoint", ILL)
    assert checks.reason("record") == "HTTP 503"


def test_a_check_that_wants_more_children_than_it_has_is_an_operators_doing() -> None:
    assert calculated(3).reason("record") == "evacuated by an operator"


def test_what_is_known_survives_a_change_to_another_check() -> None:
    checks = board(ENDPOINT)
    checks.see("endpoint", ILL)
    checks.see("endpoint", ILL)
    checks.renew([ENDPOINT, HealthCheck("another", "HTTPS")])
    assert not checks.healthy("endpoint")


def test_what_is_known_is_forgotten_when_the_check_asks_elsewhere() -> None:
    checks = board(ENDPOINT)
    checks.see("endpoint", ILL)
    checks.see("endpoint", ILL)
    checks.renew([HealthCheck("endpoint", "HTTPS", host="elsewhere.example", threshold=2)])
    assert checks.healthy("endpoint")


def test_a_check_that_is_gone_stops_nobody() -> None:
    checks = board(ENDPOINT)
    checks.renew([])
    assert checks.healthy("endpoint")
    assert not checks.see("endpoint", ILL)
