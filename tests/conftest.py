"""Loaded before any test module, whichever of them imports CDKTF's provider first."""

from hypothesis import settings

import stacks.aws  # noqa: F401  makes the provider's package load fast

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")
