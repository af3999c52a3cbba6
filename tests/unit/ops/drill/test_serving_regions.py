"""The last requests of the drill's shoppers show the regions that serve them."""

import pytest

from ops.drill.recording import Incident, Recording, Sample
from ops.drill.serving_regions import ServingRegions

HERE, THERE = "eu-west-1", "ap-southeast-1"


def sample(at: float, shopper: str, region: str | None, home: str = HERE) -> Sample:
    return Sample(at, 0.1, shopper, "dns", home, "order", region, "201", region is not None, 0)


def serving(*samples: Sample) -> ServingRegions:
    return ServingRegions("http://127.0.0.1:1/v1", Recording(samples=list(samples)), shoppers=2)


@pytest.mark.parametrize(
    ("later", "moved"),
    [
        ([sample(6, "a", THERE), sample(7, "b", THERE)], True),
        ([sample(6, "a", THERE)], False),
        ([sample(6, "a", THERE), sample(7, "b", None)], False),
        ([sample(6, "a", THERE), sample(7, "b", THERE), sample(8, "b", HERE)], False),
        ([sample(6, "a", THERE), sample(7, "c", THERE, home=THERE)], False),
    ],
)
def test_region_has_moved_with_all_its_shoppers(later: list[Sample], moved: bool) -> None:
    before = [sample(1, "a", THERE), sample(1, "b", THERE)]
    incident = Incident("1", "region lost", HERE, "", moves_traffic=True, broke_at=5)
    assert serving(*before, *later).has_moved(incident) is moved


def test_shoppers_are_home_by_last_request() -> None:
    assert serving(sample(1, "a", THERE), sample(2, "a", HERE), sample(2, "c", THERE, home=THERE)).is_home()
    assert not serving(sample(1, "a", HERE), sample(2, "a", THERE)).is_home()
