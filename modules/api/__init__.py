"""The HTTP API of a region: an API Gateway REST API built from an OpenAPI document."""

from modules.api.contract import Contract, read_contract
from modules.api.domain import ApiDomain
from modules.api.rest_api import Api, ApiOptions, Hosts

__all__ = ["Api", "ApiDomain", "ApiOptions", "Contract", "Hosts", "read_contract"]
