"""The page's data as JSON: one snapshot of everything that the control room shows."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from localcloud.control_room.observer import Addresses, Observer, RegionState
from localcloud.control_room.shoppers import Shoppers
from localcloud.edge.region_locations import city_of, distance_km, place, region_name

ORDERS_SHOWN = 12
LOST_AFTER_SECONDS = 10.0
"""A confirmed order counts as lost when no region holds it after this time."""
KM_PER_MS = 100.0
"""Round trip in fibre: light travels 200 km a millisecond, there and back."""
PATH_STRETCH = 1.5
"""Length of cables as a multiple of the great circle."""


def snapshot(
    control: Mapping[str, Any], observer: Observer, shoppers: Shoppers, addresses: Addresses
) -> dict[str, Any]:
    """Build the snapshot from the edge's state and the observations."""
    confirmed = shoppers.confirmed
    incident = observer.incident
    origins = _origins(observer)
    return {
        **control,
        "regions": [
            {**region, **_region(region["name"], observer, confirmed, origins)}
            for region in control["regions"]
        ],
        "viewers": [
            {**viewer, "roundTripMs": _round_trip(viewer["city"], viewer["region"])}
            for viewer in control["viewers"]
        ],
        "links": [
            {"from": source, "to": target, "seconds": [round(each, 2) for each in lags]}
            for (source, target), lags in sorted(observer.lags.items())
        ],
        "copies": _copies(observer),
        "totals": _totals(observer, shoppers, confirmed),
        "orders": _orders(observer, shoppers, origins),
        "incident": incident and incident.view(region_name(incident.region)),
        "shopping": shoppers.at_work,
        "leaving": shoppers.leaving,
        "now": time.time(),
        "addresses": {"storefront": addresses.storefront, "blog": addresses.blog},
    }


def _origins(observer: Observer) -> dict[str, str]:
    """Region that first took each order: a client may send one order to two regions."""
    placed = [
        (state.arrivals.arrived[order_id], region, order_id)
        for region, state in observer.regions.items()
        for order_id in state.arrivals.placed_here
    ]
    return {order_id: region for _, region, order_id in sorted(placed, reverse=True)}


def _region(name: str, observer: Observer, confirmed: set[str], origins: Mapping[str, str]) -> dict[str, Any]:
    state: RegionState = observer.regions[name]
    here = place(name)
    return {
        "label": region_name(name),
        "city": city_of(name),
        "latitude": here.latitude,
        "longitude": here.longitude,
        "broken": sorted(state.broken),
        "busy": state.busy,
        # Confirmed orders only, so that the regions' figures and the headline agree.
        "placedHere": sum(origins.get(order_id) == name for order_id in confirmed),
        "replicated": sum(origins.get(order_id) != name for order_id in confirmed & state.arrivals.held),
        "onTheWay": len(confirmed - state.arrivals.held),
        "paused": name in observer.backlog.paused,
        "waiting": observer.backlog.waiting.get(name, 0),
        "bySecond": state.arrivals.by_second(time.time()),
        "bestsellers": state.bestsellers,
        "blog": state.blog,
    }


def _totals(observer: Observer, shoppers: Shoppers, confirmed: set[str]) -> dict[str, Any]:
    held = set().union(*(state.arrivals.held for state in observer.regions.values()))
    checked = shoppers.reconciliation
    return {
        **asdict(shoppers.totals),
        "everywhere": len(confirmed - observer.missing),
        "lost": len(confirmed - held - shoppers.confirmed_within(LOST_AFTER_SECONDS)),
        "oversold": len(checked.stock.oversold) if checked else None,
        "checked": checked
        and {
            "confirmed": checked.confirmed,
            "lost": len(checked.lost),
            "doubled": len(checked.doubled) + len(checked.unexpected),
        },
    }


def _copies(observer: Observer) -> dict[str, Any] | None:
    """Copies of the shown book by region; None if they are not counted."""
    book = observer.shown_book
    if book is None or any(state.copies is None for state in observer.regions.values()):
        return None
    regions = [{"region": name, "left": state.copies} for name, state in observer.regions.items()]
    return {"title": book["title"], "regions": regions}


def _orders(observer: Observer, shoppers: Shoppers, origins: Mapping[str, str]) -> list[dict[str, Any]]:
    """The last orders, with the regions that they have arrived in."""
    return [
        {
            "id": order_id,
            "region": region,
            "city": shoppers.city_of_order(order_id),
            "arrived": [
                name for name, state in observer.regions.items() if order_id in state.arrivals.arrived
            ],
        }
        for order_id, region in list(origins.items())[:ORDERS_SHOWN]
    ]


def _round_trip(city: str, region: str | None) -> int | None:
    """Estimated round trip by distance, in milliseconds."""
    if region is None:
        return None
    return round(distance_km(place(city), place(region)) * PATH_STRETCH / KM_PER_MS)
