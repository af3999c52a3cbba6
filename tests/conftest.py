"""Loaded before any test module, whichever of them imports CDKTF's provider first."""

import stacks.aws  # noqa: F401  makes the provider's package load fast
