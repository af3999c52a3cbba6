"""Validates responses against the contract."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import yaml
from openapi_schema_validator import OAS30ReadValidator, oas30_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

DOCUMENT = Path(__file__).parents[2] / "api/openapi.yaml"
VERBS = ("get", "head", "post", "put", "delete")


@cache
def document() -> dict[str, Any]:
    """The contract."""
    loaded: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    return loaded


@cache
def registry() -> Registry[Any]:
    resource: Resource[Any] = DRAFT4.create_resource(document())
    filled: Registry[Any] = Registry().with_resource("urn:contract", resource)
    return filled


def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Operations by id: verb, path and definition."""
    return {
        operation["operationId"]: (verb, path, operation)
        for path, item in document()["paths"].items()
        for verb, operation in item.items()
        if verb in VERBS
    }


def operation_of(verb: str, path: str) -> dict[str, Any] | None:
    """Find the operation of a request path without `/v1`."""
    for template, item in document()["paths"].items():
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path) and verb.lower() in item:
            found: dict[str, Any] = item[verb.lower()]
            return found
    return None


def check(response: httpx.Response, path: str, region: str | None) -> None:
    """Fail unless status, headers, content type and body match the contract."""
    summary = f"{response.request.method} {path} -> {response.status_code} {response.text[:500]}"
    assert response.headers.get("x-region"), f"no x-region: {summary}"
    if region:
        assert response.headers["x-region"] == region, summary
    operation = operation_of(response.request.method, path)
    if operation is None:
        assert response.status_code in {400, 403, 404, 405}, f"answered outside the contract: {summary}"
        return
    documented = operation["responses"].get(str(response.status_code))
    assert documented, f"undocumented status: {summary}"
    documented = resolve(documented)
    if "content" not in documented:
        assert not response.content, f"a body where none is documented: {summary}"
        return
    content_type = response.headers.get("content-type", "").partition(";")[0]
    assert content_type in documented["content"], f"content type {content_type}: {summary}"
    body = response.json() if content_type.endswith("json") else response.text
    errors = violations(body, documented["content"][content_type]["schema"])
    assert not errors, f"{errors}: {summary}"


def violations(body: Any, schema: dict[str, Any]) -> list[str]:
    """How a body differs from a schema of the contract."""
    validator = OAS30ReadValidator(
        _absolute(schema), registry=registry(), format_checker=oas30_format_checker
    )
    return [error.message for error in validator.iter_errors(body)]


def resolve(node: dict[str, Any]) -> dict[str, Any]:
    """Resolve a reference, or return the node."""
    if "$ref" not in node:
        return node
    found: Any = document()
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def _absolute(schema: dict[str, Any]) -> dict[str, Any]:
    return {"$ref": "urn:contract" + schema["$ref"]} if "$ref" in schema else schema
