"""The HTTP API of a region: API Gateway made from the OpenAPI contract."""

from modules.api.rest_api import Api, Hosts

__all__ = ["Api", "Hosts"]
