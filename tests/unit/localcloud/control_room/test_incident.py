from dataclasses import replace

from localcloud.control_room.incident import Facts, Incident

HERE = "eu-west-1"
WELL = Facts(healthy=True, broken=False, cached=False, behind=False)
BROKEN = replace(WELL, broken=True)
NOTICED = replace(BROKEN, healthy=False, cached=True, behind=True)


def incident(*, moves_traffic: bool = True) -> Incident:
    return Incident(HERE, "cut", 100.0, moves_traffic)


def observed(found: Incident, *states: tuple[float, Facts]) -> list[str]:
    for now, facts in states:
        found.observe(facts, now)
    return [mark["key"] for mark in found.view("Ireland")["marks"]]


def test_lost_region_sets_marks_in_order() -> None:
    found = incident()
    keys = observed(
        found,
        (100.5, BROKEN),
        (101.0, replace(BROKEN, failed_over_at=100.8)),
        (115.0, NOTICED),
        (140.0, replace(NOTICED, cached=False)),
        (150.0, replace(NOTICED, broken=False)),
        (170.0, replace(WELL, behind=True)),
        (171.0, WELL),
    )
    assert keys == ["failover", "noticed", "forgotten", "healed", "returned", "caught_up"]
    assert [round(mark["after"], 1) for mark in found.view("Ireland")["marks"]] == [0.8, 15, 40, 50, 70, 71]
    assert found.is_over


def test_cached_answers_are_forgotten_after_ttl() -> None:
    assert "forgotten" not in observed(incident(), (115.0, NOTICED), (174.9, NOTICED))
    assert "forgotten" in observed(incident(), (115.0, NOTICED), (175.0, NOTICED))


def test_short_failure_ends_without_dns() -> None:
    found = incident()
    assert observed(found, (101.0, BROKEN), (103.0, WELL)) == ["healed", "caught_up"]
    assert found.is_over


def test_partial_failure_has_no_traffic_marks() -> None:
    found = incident(moves_traffic=False)
    assert observed(found, (101.0, replace(BROKEN, failed_over_at=100.5)), (110.0, WELL)) == [
        "healed",
        "caught_up",
    ]


def test_mark_is_set_once() -> None:
    found = incident()
    assert found.observe(NOTICED, 115.0) == ["DNS removed the region"]
    assert found.observe(NOTICED, 116.0) == []
