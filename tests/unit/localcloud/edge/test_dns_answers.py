from collections.abc import Callable

import pytest

from localcloud.edge.dns_answers import ALIAS_TTL, NoRecordError, Record, Zone
from localcloud.edge.region_locations import place

API = "api.bookstore.example"
DUBLIN, TOKYO = place("Dublin"), place("Tokyo")


def latency(region: str, **more: object) -> Record:
    alias = f"d-{region}.execute-api.amazonaws.com"
    fields = {"evaluate_target_health": True, "health_check": f"check-{region}", **more}
    return Record(API, "A", region, region, alias=alias, **fields)  # type: ignore[arg-type]


def failover(kind: str, region: str) -> Record:
    return Record(API, "A", region, failover=kind, alias=f"d-{region}", health_check=f"check-{region}")


def all_but(*ids: str) -> Callable[[str], bool]:
    return lambda id_: id_ not in ids


ALL_HEALTHY = all_but()
TWO = Zone((latency("eu-west-1"), latency("ap-southeast-1")))
PAIR = Zone((failover("PRIMARY", "eu-west-1"), failover("SECONDARY", "ap-southeast-1")))


@pytest.mark.parametrize(("viewer", "region"), [(DUBLIN, "eu-west-1"), (TOKYO, "ap-southeast-1")])
def test_latency_records_answer_nearest_region(viewer: object, region: str) -> None:
    assert TWO.answer(API, viewer, ALL_HEALTHY).record.region == region  # type: ignore[arg-type]


def test_latency_skips_unhealthy_region() -> None:
    assert TWO.answer(API, DUBLIN, all_but("check-eu-west-1")).record.region == "ap-southeast-1"


def test_all_unhealthy_answers_nearest() -> None:
    none_healthy = all_but("check-eu-west-1", "check-ap-southeast-1")
    assert TWO.answer(API, TOKYO, none_healthy).record.region == "ap-southeast-1"


def test_failover_healthy_primary_answers() -> None:
    assert PAIR.answer(API, TOKYO, ALL_HEALTHY).target == "d-eu-west-1"


def test_failover_unhealthy_primary_answers_secondary() -> None:
    assert PAIR.answer(API, DUBLIN, all_but("check-eu-west-1")).target == "d-ap-southeast-1"


def test_failover_all_unhealthy_answers_primary() -> None:
    assert PAIR.answer(API, TOKYO, all_but("check-eu-west-1", "check-ap-southeast-1")).target == "d-eu-west-1"


def test_alias_has_aws_ttl() -> None:
    assert TWO.answer(API, DUBLIN, ALL_HEALTHY).ttl == ALIAS_TTL


def test_record_has_own_ttl() -> None:
    zone = Zone((Record("www.bookstore.example", "A", ttl=5, values=("192.0.2.1",)),))
    answer = zone.answer("www.bookstore.example", DUBLIN, ALL_HEALTHY)
    assert (answer.target, answer.ttl) == ("192.0.2.1", 5)


def test_alias_in_zone_takes_target_ttl() -> None:
    zone = Zone(
        (
            Record(API, "A", alias="eu.bookstore.example"),
            Record("eu.bookstore.example", "A", ttl=7, values=("x",)),
        )
    )
    answer = zone.answer(API, DUBLIN, ALL_HEALTHY)
    assert (answer.target, answer.ttl) == ("x", 7)


def aliased(*, evaluate: bool) -> Zone:
    """Near records point to a name of the zone whose only record may be unhealthy."""
    near = Record(API, "A", "eu", "eu-west-1", alias="eu.bookstore.example", evaluate_target_health=evaluate)
    target = Record("eu.bookstore.example", "A", values=("192.0.2.1",), ttl=5, health_check="check-eu")
    return Zone((near, target, latency("ap-southeast-1")))


def test_target_health_evaluated_counts() -> None:
    assert aliased(evaluate=True).answer(API, DUBLIN, all_but("check-eu")).record.region == "ap-southeast-1"


def test_target_health_not_evaluated_ignored() -> None:
    assert aliased(evaluate=False).answer(API, DUBLIN, all_but("check-eu")).record.region == "eu-west-1"


def test_answer_without_record_raises() -> None:
    with pytest.raises(NoRecordError):
        TWO.answer("unknown.bookstore.example", DUBLIN, ALL_HEALTHY)
