"""Delivery addresses of orders. An address is personal data and must never be logged."""

import re
from typing import Any, NamedTuple

from runtime.errors import BadRequest
from runtime.parsing import fields, text

_LENGTHS = {"name": 100, "street": 200, "city": 100, "postcode": 20}
_COUNTRY = re.compile(r"[A-Z]{2}")


class Address(NamedTuple):
    """Where an order is delivered. `country` is ISO 3166-1 alpha-2."""

    name: str
    street: str
    city: str
    postcode: str
    country: str

    @classmethod
    def parse(cls, value: object) -> "Address":
        """Parse the contract's `Address`.

        Raises:
            BadRequest: it does not fit the contract. The message does not repeat the address.
        """
        address = fields(value, {*_LENGTHS, "country"}, "address")
        for name, longest in _LENGTHS.items():
            given = address[name]
            if not isinstance(given, str) or not 1 <= len(given) <= longest:
                raise BadRequest(f"address.{name} must have 1 to {longest} characters.")
            text(given, f"address.{name}")
        country = address["country"]
        if not isinstance(country, str) or not _COUNTRY.fullmatch(country):
            raise BadRequest("address.country must be two capital letters (ISO 3166-1).")
        return cls(**address)

    def present(self) -> dict[str, Any]:
        """Return the contract's `Address`, which is also the form in the Orders table."""
        return self._asdict()
