import pytest

from localcloud.edge.region_locations import CITIES, UnknownPlaceError, distance_km, place
from stacks.settings import known_regions


def test_distance_matches_map() -> None:
    assert distance_km(place("eu-west-1"), place("ap-southeast-1")) == pytest.approx(11_200, rel=0.02)


def test_distance_is_symmetric_and_zero_to_self() -> None:
    there, back = place("us-east-1"), place("sa-east-1")
    assert distance_km(there, back) == pytest.approx(distance_km(back, there))
    assert distance_km(there, there) == 0


@pytest.mark.parametrize("region", sorted(known_regions()))
def test_every_settings_region_has_location(region: str) -> None:
    assert place(region).name == region


def test_place_ignores_case() -> None:
    assert all(place(city.name.upper()) == city for city in CITIES)


def test_place_unknown_lists_cities() -> None:
    with pytest.raises(UnknownPlaceError, match=r"Atlantis.*Tokyo"):
        place("Atlantis")
