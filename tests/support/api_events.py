"""Proxy events as API Gateway sends them, and validation of the responses."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft4Validator  # type: ignore[import-untyped, unused-ignore]

CLIENT = "the-shops-own-client"
CONTRACT = Path(__file__).parents[2] / "api/openapi.yaml"
Handler = Callable[[Mapping[str, Any], object], dict[str, Any]]


@cache
def contract() -> dict[str, Any]:
    """The contract with `nullable` converted for JSON Schema."""
    document: dict[str, Any] = _nullable(yaml.safe_load(CONTRACT.read_text()))
    return document


def _nullable(node: Any) -> Any:
    if isinstance(node, list):
        return [_nullable(element) for element in node]
    if not isinstance(node, dict):
        return node
    schema = {name: _nullable(value) for name, value in node.items() if name != "nullable"}
    return {**schema, "type": [schema["type"], "null"]} if node.get("nullable") is True else schema


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Resolve the references of a node of the contract."""
    while "$ref" in node:
        target: Any = contract()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


@dataclass(frozen=True)
class Answer:
    """Response of a function."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def event(
    method: str,
    resource: str,
    *,
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
    claims: Mapping[str, str] | None = None,
    base64: bool = False,
) -> dict[str, Any]:
    """Build a proxy event of a REST API:
    https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html
    """
    authorizer = {} if claims is None else {"authorizer": {"claims": dict(claims)}}
    return {
        "resource": resource,
        "httpMethod": method,
        "path": resource.format_map(path or {}),
        "headers": dict(headers) if headers else None,
        "multiValueHeaders": None,
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()}
        if query
        else None,
        "pathParameters": dict(path) if path else None,
        "requestContext": {"requestId": "r-1", **authorizer},
        "body": body,
        "isBase64Encoded": base64,
    }


def send(handler: Handler, request: dict[str, Any]) -> Answer:
    """Invoke `handler` and validate the response if the contract has the operation."""
    raw = handler(request, None)
    answer = Answer(raw["statusCode"], raw["headers"], raw["body"])
    operation = contract()["paths"].get(request["resource"], {}).get(request["httpMethod"].lower())
    assert answer.headers["x-region"] == "eu-west-1"
    if operation:
        _check(answer, operation)
    return answer


def _check(answer: Answer, operation: dict[str, Any]) -> None:
    documented = resolved(operation["responses"][str(answer.status)])
    content = documented.get("content")
    if content is None:
        assert answer.text == ""
        return
    media_type = answer.headers["content-type"].partition(";")[0]
    schema = content[media_type]["schema"]
    if "json" not in media_type:
        assert schema == {"type": "string"}
        return
    Draft4Validator({**schema, "components": contract()["components"]}).validate(answer.json)


class Shopper:
    """Sends requests to functions as a signed-in shopper, or anonymously without a `customer_id`."""

    def __init__(
        self, handler: Handler, customer_id: str | None = None, *, signed_in_at: int = 1_700_000_000
    ) -> None:
        self._handler = handler
        self.claims = None
        if customer_id is not None:
            self.claims = {
                "sub": customer_id,
                "token_use": "id",
                "aud": CLIENT,
                "auth_time": str(signed_in_at),
                "email": f"{customer_id}@example.com",
            }

    def __call__(self, method: str, resource: str, json_body: Any = None, **parts: Any) -> Answer:
        headers = {} if json_body is None else {"Content-Type": "application/json"}
        headers |= parts.pop("headers", {})
        body = parts.pop("body", None if json_body is None else json.dumps(json_body))
        return send(
            self._handler, event(method, resource, headers=headers, body=body, claims=self.claims, **parts)
        )
