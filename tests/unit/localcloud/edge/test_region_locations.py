import pytest

from localcloud.edge.region_locations import CITIES, UnknownPlaceError, distance_km, place
from stacks.settings import known_regions


def test_a_distance_is_what_maps_say() -> None:
    assert distance_km(place("eu-west-1"), place("ap-southeast-1")) == pytest.approx(11_200, rel=0.02)


def test_a_distance_is_the_same_there_and_back_and_nothing_to_oneself() -> None:
    there, back = place("us-east-1"), place("sa-east-1")
    assert distance_km(there, back) == pytest.approx(distance_km(back, there))
    assert distance_km(there, there) == 0


@pytest.mark.parametrize("region", sorted(known_regions()))
def test_every_region_that_settings_take_has_a_place(region: str) -> None:
    assert place(region).name == region


def test_cities_are_found_whatever_their_case() -> None:
    assert all(place(city.name.upper()) == city for city in CITIES)


def test_an_unknown_place_is_refused_with_what_is_known() -> None:
    with pytest.raises(UnknownPlaceError, match=r"Atlantis.*Tokyo"):
        place("Atlantis")
