"""The settings of an environment, read from one TOML file and from the process environment."""

from stacks.settings.model import (
    Blog,
    Cache,
    Compute,
    Delivery,
    Email,
    Features,
    LocalCloud,
    Observability,
    RegionAddresses,
    Routing,
    Settings,
    SettingsError,
    State,
    known_regions,
)

__all__ = [
    "Blog",
    "Cache",
    "Compute",
    "Delivery",
    "Email",
    "Features",
    "LocalCloud",
    "Observability",
    "RegionAddresses",
    "Routing",
    "Settings",
    "SettingsError",
    "State",
    "known_regions",
]
