"""The API's contract, read from OpenAPI 3.0 into what API Gateway needs of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

VERBS = ("get", "post", "put", "delete", "patch")

_DRAFT_04 = "http://json-schema.org/draft-04/schema#"
_FOR_READERS = frozenset({"description", "example", "default", "nullable"})
"""Keywords of OpenAPI's schemas that JSON Schema draft 4 does not check, or does not know."""


@dataclass(frozen=True)
class Parameter:
    """A query parameter or header of an operation."""

    place: str
    name: str
    required: bool

    @property
    def mapping(self) -> str:
        """As API Gateway names it."""
        place = {"query": "querystring", "header": "header", "path": "path"}[self.place]
        return f"method.request.{place}.{self.name}"


@dataclass(frozen=True)
class Operation:
    """One verb on one path."""

    id: str
    verb: str
    signed_in: bool
    parameters: tuple[Parameter, ...]
    body: str | None
    """Name of the schema that the request's body fits."""


@dataclass(frozen=True)
class Route:
    """A path, the function that answers it, and what it answers to."""

    path: str
    function: str
    operations: tuple[Operation, ...]


class Contract:
    """The routes and schemas of an OpenAPI document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self.routes = tuple(self._route(path, item) for path, item in document["paths"].items())

    @property
    def bodies(self) -> tuple[str, ...]:
        """Names of the schemas of request bodies."""
        names = {operation.body for route in self.routes for operation in route.operations if operation.body}
        return tuple(sorted(names))

    def schema(self, name: str) -> dict[str, Any]:
        """A schema as an API Gateway model: JSON Schema draft 4, self-contained.

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
            parameters=tuple(
                Parameter(each["in"], each["name"], each.get("required", False)) for each in parameters
            ),
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
        schema = {key: value for key, value in node.items() if key not in _FOR_READERS}
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
    """Parse an OpenAPI document in YAML, once for all regions."""
    # libyaml reads it in a tenth of the time; it is not everywhere. Both loaders are safe ones.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return Contract(yaml.load(file.read_text(encoding="utf-8"), Loader=loader))  # noqa: S506


def _body(operation: Mapping[str, Any]) -> str | None:
    content = operation.get("requestBody", {}).get("content", {})
    for media in content.values():
        return str(media["schema"]["$ref"]).rsplit("/", 1)[-1]
    return None


def parents(path: str) -> Iterator[str]:
    """Every prefix of a path, shortest first, the path itself last: `/cart`, `/cart/{bookId}`."""
    parts = path.strip("/").split("/")
    for length in range(1, len(parts) + 1):
        yield "/" + "/".join(parts[:length])
