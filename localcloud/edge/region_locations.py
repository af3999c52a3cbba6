"""Locations of AWS regions and viewers, and distances between them.

Route 53 routes by latencies that AWS measures and does not publish. The great-circle distance replaces latency here;
it nearly always gives the same order.
"""

import math
import os
from dataclasses import dataclass
from functools import cache

from ops.errors import OperatorError

EARTH_RADIUS_KM = 6371.0
VIEWER_VARIABLE = "EDGE_VIEWER"
"""Default location of viewers: an AWS region or a city."""


@dataclass(frozen=True)
class Place:
    """A point on the map; degrees, north and east positive."""

    name: str
    latitude: float
    longitude: float


class UnknownPlaceError(OperatorError):
    """A place that is neither an AWS region nor a known city."""


_REGIONS = {
    "af-south-1": ("Cape Town", -33.9, 18.4),
    "ap-east-1": ("Hong Kong", 22.3, 114.2),
    "ap-east-2": ("Taipei", 25.0, 121.6),
    "ap-northeast-1": ("Tokyo", 35.7, 139.7),
    "ap-northeast-2": ("Seoul", 37.6, 127.0),
    "ap-northeast-3": ("Osaka", 34.7, 135.5),
    "ap-south-1": ("Mumbai", 19.1, 72.9),
    "ap-south-2": ("Hyderabad", 17.4, 78.5),
    "ap-southeast-1": ("Singapore", 1.4, 103.8),
    "ap-southeast-2": ("Sydney", -33.9, 151.2),
    "ap-southeast-3": ("Jakarta", -6.2, 106.8),
    "ap-southeast-4": ("Melbourne", -37.8, 145.0),
    "ap-southeast-5": ("Kuala Lumpur", 3.1, 101.7),
    "ap-southeast-6": ("Auckland", -36.8, 174.8),
    "ap-southeast-7": ("Bangkok", 13.8, 100.5),
    "ca-central-1": ("Montreal", 45.5, -73.6),
    "ca-west-1": ("Calgary", 51.0, -114.1),
    "eu-central-1": ("Frankfurt", 50.1, 8.7),
    "eu-central-2": ("Zurich", 47.4, 8.5),
    "eu-north-1": ("Stockholm", 59.3, 18.1),
    "eu-south-1": ("Milan", 45.5, 9.2),
    "eu-south-2": ("Zaragoza", 41.6, -0.9),
    "eu-west-1": ("Dublin", 53.3, -6.3),
    "eu-west-2": ("London", 51.5, -0.1),
    "eu-west-3": ("Paris", 48.9, 2.4),
    "il-central-1": ("Tel Aviv", 32.1, 34.8),
    "me-central-1": ("Dubai", 25.2, 55.3),
    "me-south-1": ("Manama", 26.2, 50.6),
    "me-west-1": ("Riyadh", 24.7, 46.7),
    "mx-central-1": ("Querétaro", 20.6, -100.4),
    "sa-east-1": ("São Paulo", -23.5, -46.6),
    "sa-west-1": ("Santiago", -33.4, -70.7),
    "us-east-1": ("Ashburn", 39.0, -77.5),
    "us-east-2": ("Columbus", 40.0, -83.0),
    "us-west-1": ("San Jose", 37.3, -121.9),
    "us-west-2": ("Portland", 45.5, -122.7),
}

_NAMES = {
    "ap-southeast-5": "Malaysia",
    "ap-southeast-6": "New Zealand",
    "ap-southeast-7": "Thailand",
    "ca-central-1": "Canada",
    "eu-south-2": "Spain",
    "eu-west-1": "Ireland",
    "me-central-1": "UAE",
    "me-south-1": "Bahrain",
    "mx-central-1": "Mexico",
    "us-east-1": "N. Virginia",
    "us-east-2": "Ohio",
    "us-west-1": "N. California",
    "us-west-2": "Oregon",
}
"""AWS's names of regions that are not named after their city."""

CITIES = (
    Place("Dublin", 53.3, -6.3),
    Place("Berlin", 52.5, 13.4),
    Place("Lagos", 6.5, 3.4),
    Place("Dubai", 25.2, 55.3),
    Place("Mumbai", 19.1, 72.9),
    Place("Singapore", 1.4, 103.8),
    Place("Tokyo", 35.7, 139.7),
    Place("Sydney", -33.9, 151.2),
    Place("New York", 40.7, -74.0),
    Place("São Paulo", -23.5, -46.6),
)
"""Viewers in the control room."""


def place(name: str) -> Place:
    """The AWS region or the city called `name`. Raises UnknownPlaceError."""
    try:
        return _places()[name.casefold()]
    except KeyError as unknown:
        raise UnknownPlaceError(f"unknown place {name!r}: use an AWS region or {_city_names()}") from unknown


def default_viewer(primary: str) -> Place:
    """Default location of viewers: EDGE_VIEWER, or else the primary region.

    Raises UnknownPlaceError.
    """
    return place(os.environ.get(VIEWER_VARIABLE) or primary)


def city_of(region: str) -> str:
    """City near an AWS region. Raises UnknownPlaceError."""
    if region not in _REGIONS:
        raise UnknownPlaceError(f"unknown region {region!r}")
    return _REGIONS[region][0]


def region_name(region: str) -> str:
    """AWS's short name of a region, such as Ireland. Raises UnknownPlaceError."""
    return _NAMES.get(region) or city_of(region)


@cache
def _places() -> dict[str, Place]:
    cities = {city.name.casefold(): city for city in CITIES}
    regions = {name: Place(name, latitude, longitude) for name, (_, latitude, longitude) in _REGIONS.items()}
    return {**cities, **regions}


def _city_names() -> str:
    return ", ".join(city.name for city in CITIES)


def distance_km(one: Place, other: Place) -> float:
    """Great-circle distance in kilometres, by the haversine formula."""
    north, south = math.radians(one.latitude), math.radians(other.latitude)
    across = math.radians(other.longitude - one.longitude)
    chord = math.sin((south - north) / 2) ** 2 + math.cos(north) * math.cos(south) * math.sin(across / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(chord))
