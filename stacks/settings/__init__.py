"""The settings of an environment, read from one TOML file and from the process environment."""

from stacks.settings.errors import SettingsError
from stacks.settings.fields import known_regions
from stacks.settings.model import Settings
from stacks.settings.sections import (
    Blog,
    Cache,
    Compute,
    Delivery,
    Email,
    Features,
    LocalCloud,
    Observability,
    RegionAddresses,
    ReplicationDelay,
    Routing,
    State,
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
    "ReplicationDelay",
    "Routing",
    "Settings",
    "SettingsError",
    "State",
    "known_regions",
]
