"""Shortens the random exponents of Cognito's sign-in from 3,072 to 256 bits.

MiniStack 1.5.33 needs two exponentiations with such an exponent for each sign-in: 80 ms of processor time. The protocol
asks for 256 bits or more: https://www.rfc-editor.org/rfc/rfc5054#section-2.5.3
"""

import secrets
from typing import Any

from ministack.services import cognito  # type: ignore[import-not-found]

EXPONENT_BITS = 256


def patch() -> None:
    """Replace the module of random numbers in MiniStack's Cognito. It draws nothing else from a range."""
    cognito.secrets = _ShortExponents()


class _ShortExponents:
    """Python's `secrets` with a limit for numbers from a range."""

    def __getattr__(self, name: str) -> Any:
        return getattr(secrets, name)

    def randbelow(self, limit: int) -> int:
        """A random number below `limit` and 2 ** EXPONENT_BITS."""
        return secrets.randbelow(min(limit, 1 << EXPONENT_BITS))
