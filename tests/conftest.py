"""Loaded before any test module, whichever of them imports CDKTF's provider first."""

import contextlib

from hypothesis import settings

import stacks.aws  # noqa: F401  makes the provider's package load fast
from ops import provider_mirror

# Tests that need Terraform fail by themselves without its provider.
with contextlib.suppress(provider_mirror.ProviderUnavailableError):
    provider_mirror.use()

# How long an example takes says how busy the machine is, and nothing of the code.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")
