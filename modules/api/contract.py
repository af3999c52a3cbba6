"""Reads an OpenAPI 3.0 document into routes, parameters and models for API Gateway."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

VERBS = ("get", "head", "post", "put", "delete", "patch")

_DRAFT_04 = "http://json-schema.org/draft-04/schema#"
_UNSUPPORTED = frozenset({"description", "example", "default", "nullable"})
"""Keywords of OpenAPI schemas without an effect in JSON Schema draft 4."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation."""

    place: str
    """`query`, `header` or `path`."""
    name: str
    """Name of the parameter."""
    required: bool
    """Whether API Gateway answers 400 when it is missing."""

    @property
    def mapping(self) -> str:
        """Name in API Gateway, for example `method.request.header.Idempotency-Key`."""
        place = {"query": "querystring", "header": "header", "path": "path"}[self.place]
        return f"method.request.{place}.{self.name}"


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    id: str
    """`operationId` of the document."""
    verb: str
    """HTTP method in upper case."""
    signed_in: bool
    """Whether the operation has a security requirement."""
    parameters: tuple[Parameter, ...]
    """Parameters of the operation and of its path."""
    body: str | None
    """Name of the request body's schema."""


@dataclass(frozen=True)
class Route:
    """A path with its operations."""

    path: str
    """Path template, for example `/cart/{bookId}`."""
    function: str
    """Name of the function that handles the path: `x-function` of the document."""
    operations: tuple[Operation, ...]
    """Operations in the order of `VERBS`."""


class Contract:
    """Routes and schemas of an OpenAPI document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Read the routes.

        Args:
            document: A parsed OpenAPI 3.0 document. Each path names its function with `x-function`.
        """
        self._document = document
        self.routes = tuple(self._route(path, item) for path, item in document["paths"].items())
        """All routes, in the order of the document."""

    @property
    def version(self) -> str:
        """`info.version` of the document."""
        return str(self._document["info"]["version"])

    @property
    def bodies(self) -> tuple[str, ...]:
        """Names of the schemas of request bodies, sorted."""
        names = {operation.body for route in self.routes for operation in route.operations if operation.body}
        return tuple(sorted(names))

    def schema(self, name: str) -> dict[str, Any]:
        """Return a schema as an API Gateway model: JSON Schema draft 4 without references.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
        """
        return {
            "$schema": _DRAFT_04,
            "title": name,
            **self._draft_04(self._document["components"]["schemas"][name]),
        }

    def _route(self, path: str, item: Mapping[str, Any]) -> Route:
        shared = item.get("parameters", [])
        operations = tuple(self._operation(verb, item[verb], shared) for verb in VERBS if verb in item)
        return Route(path, item["x-function"], operations)

    def _operation(self, verb: str, operation: Mapping[str, Any], shared: list[Any]) -> Operation:
        parameters = [self._resolved(each) for each in (*shared, *operation.get("parameters", []))]
        return Operation(
            id=operation["operationId"],
            verb=verb.upper(),
            signed_in=bool(operation.get("security")),
            parameters=tuple(map(_parameter, parameters)),
            body=_body(operation),
        )

    def _resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            target: Any = self._document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node

    def _draft_04(self, node: Mapping[str, Any]) -> dict[str, Any]:
        node = self._resolved(node)
        schema = {key: value for key, value in node.items() if key not in _UNSUPPORTED}
        if node.get("nullable"):
            schema["type"] = [schema["type"], "null"]
        if "properties" in schema:
            schema["properties"] = {name: self._draft_04(each) for name, each in schema["properties"].items()}
        for keyword in ("items", "additionalProperties", "not"):
            if isinstance(schema.get(keyword), dict):
                schema[keyword] = self._draft_04(schema[keyword])
        for keyword in ("allOf", "anyOf", "oneOf"):
            if keyword in schema:
                schema[keyword] = [self._draft_04(each) for each in schema[keyword]]
        return schema


@cache
def read_contract(file: Path) -> Contract:
    """Read an OpenAPI document in YAML. The result is cached, because all regions use it."""
    # CSafeLoader is ten times faster, but not every installation of PyYAML has it. Both loaders are safe.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return Contract(yaml.load(file.read_text(encoding="utf-8"), Loader=loader))  # noqa: S506


def _parameter(parameter: Mapping[str, Any]) -> Parameter:
    """Convert a parameter. A missing header is left to the function.

    API Gateway processes headers' names "in a case-sensitive way", and HTTP/2 sends them in lower case:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
    """
    place = parameter["in"]
    return Parameter(place, parameter["name"], parameter.get("required", False) and place != "header")


def _body(operation: Mapping[str, Any]) -> str | None:
    content = operation.get("requestBody", {}).get("content", {})
    for media in content.values():
        return str(media["schema"]["$ref"]).rsplit("/", 1)[-1]
    return None


def parents(path: str) -> Iterator[str]:
    """Yield every prefix of a path, from the shortest to the path itself: `/cart`, `/cart/{bookId}`."""
    parts = path.strip("/").split("/")
    for length in range(1, len(parts) + 1):
        yield "/" + "/".join(parts[:length])
