"""Proxy events as API Gateway sends them, and validation of the responses."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.contract import document, resolve, violations

CLIENT = "the-shops-own-client"
EVERYWHERE = {"x-content-type-options"}
"""Headers of every response that tell a client nothing, so the contract does not have them."""
Handler = Callable[[Mapping[str, Any], object], dict[str, Any]]


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
    operation = document()["paths"].get(request["resource"], {}).get(request["httpMethod"].lower())
    assert answer.headers["x-region"] == "eu-west-1"
    if operation:
        _check(answer, operation)
    return answer


def _check(answer: Answer, operation: dict[str, Any]) -> None:
    documented = resolve(operation["responses"][str(answer.status)])
    sent = {name for name in answer.headers if name == "retry-after" or name.startswith("x-")}
    assert sent - EVERYWHERE <= documented["headers"].keys()
    content = documented.get("content")
    if content is None:
        assert answer.text == ""
        return
    media_type = answer.headers["content-type"].partition(";")[0]
    schema = content[media_type]["schema"]
    if "json" not in media_type:
        assert schema == {"type": "string"}
        return
    assert not violations(answer.json, schema)


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
