"""Routing of API Gateway's proxy events, and the responses to them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
"""

import json
import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from runtime import identity, log, parsing
from runtime.errors import BadRequest, BookstoreError, MethodNotAllowed, NotFound
from runtime.settings import settings

Event = Mapping[str, Any]
JSON = "application/json"
PROBLEM = "application/problem+json"
HTML = "text/html; charset=utf-8"


_SECURITY_HEADERS = {
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
}
"""Also on API Gateway's own errors (modules/api/gateway_responses.py)."""


class Request:
    """One request. Its parts are parsed on demand."""

    def __init__(self, event: Event) -> None:
        self._event = event
        self.id = str((event.get("requestContext") or {}).get("requestId", ""))
        self.path: Mapping[str, str] = event.get("pathParameters") or {}

    @cached_property
    def sign_in(self) -> identity.SignIn:
        """The shopper's sign-in. It may have ended since, see `shop.revocations`.

        Raises:
            Unauthorized: the request has no valid id token.
        """
        return identity.sign_in(self._event)

    @cached_property
    def headers(self) -> dict[str, str]:
        """Headers by name in lower case."""
        return {name.lower(): value for name, value in (self._event.get("headers") or {}).items()}

    @cached_property
    def body(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            UnsupportedMediaType, TooLarge, BadRequest: see `parsing.json_object`.
        """
        return parsing.json_object(
            self.headers, self._event.get("body"), bool(self._event.get("isBase64Encoded"))
        )

    def query(self, name: str) -> str | None:
        """Return a parameter of the query string, `None` if it is absent.

        Raises:
            BadRequest: it is repeated, or is not valid Unicode.
        """
        if len((self._event.get("multiValueQueryStringParameters") or {}).get(name) or []) > 1:
            raise BadRequest(f"{name} must not be repeated.")
        value: str | None = (self._event.get("queryStringParameters") or {}).get(name)
        return None if value is None else parsing.text(value, name)


class Markup(str):
    """A response body that is sent as it is, as HTML or XML, instead of as JSON."""

    __slots__ = ()


class Response(NamedTuple):
    """Response of a route. A body of `None` means no body."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = MappingProxyType({})


Route = Callable[[Request], Response]


class Router:
    """Routes of one function, by method and API Gateway resource path.

    Call the router with an event to get the response. It never raises: every error becomes problem details
    (RFC 9457). It writes one log line for each request.
    """

    def __init__(self) -> None:
        self._routes: dict[str, dict[str, Route]] = {}

    def route(self, method: str, resource: str) -> Callable[[Route], Route]:
        """Register the decorated function, for example for `GET` and `/books/{bookId}`.

        A function that is registered for `GET` and for `HEAD` answers both: the router leaves out the body.
        """

        def register(answer: Route) -> Route:
            self._routes.setdefault(resource, {})[method] = answer
            return answer

        return register

    @property
    def routes(self) -> set[tuple[str, str]]:
        """Method and resource path of every route."""
        return {(method, resource) for resource, methods in self._routes.items() for method in methods}

    def __call__(self, event: Event, context: object) -> dict[str, Any]:
        """Answer a proxy event."""
        started = time.perf_counter()
        request = Request(event)
        log.set_request_id(request.id)
        fault: dict[str, str] = {}
        try:
            response = self._find(event)(request)
        except BookstoreError as error:
            response = problem(error, request.id)
            fault = {"problem": error.slug}
            if error.status >= 500:
                fault["cause"] = repr(error.__cause__ or error)
        except Exception:  # noqa: BLE001 - outermost boundary: a bug becomes a 500 and a log line
            response = problem(BookstoreError(""), request.id)
            fault = {"problem": BookstoreError.slug, "cause": _trace()}
        log.write(
            "ERROR" if response.status >= 500 else "INFO",
            "request",
            route=f"{event.get('httpMethod')} {event.get('resource')}",
            status=response.status,
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
            **fault,
        )
        return _proxy(response, with_body=event.get("httpMethod") != "HEAD")

    def _find(self, event: Event) -> Route:
        methods = self._routes.get(str(event.get("resource")))
        if methods is None:
            raise NotFound("This route does not exist.")
        answer = methods.get(str(event.get("httpMethod")))
        if answer is None:
            raise MethodNotAllowed(f"This route allows {', '.join(sorted(methods))}.")
        return answer


def problem(error: BookstoreError, request_id: str) -> Response:
    """Convert `error` to problem details. Details of a 500 are only logged."""
    body = {
        "type": f"urn:bookstore:problem:{error.slug}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail if error.status != 500 else "The log has details under the request id.",
        **({"instance": f"urn:bookstore:request:{request_id}"} if request_id else {}),
        **error.extensions,
    }
    headers = {"content-type": PROBLEM}
    if error.retry_after is not None:
        headers["retry-after"] = str(error.retry_after)
    return Response(body, error.status, headers)


def _trace() -> str:
    import traceback  # takes milliseconds of a cold start; needed only after a bug

    return traceback.format_exc()


def _proxy(response: Response, *, with_body: bool) -> dict[str, Any]:
    headers = {
        "x-region": settings().region,
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "x-region, retry-after",
        "cache-control": "no-store",
        **_SECURITY_HEADERS,
        **_content_type(response.body),
        **response.headers,
    }
    return {
        "statusCode": response.status,
        "headers": headers,
        "body": _text(response.body) if with_body else "",
        "isBase64Encoded": False,
    }


def _text(body: Any) -> str:
    match body:
        case None:
            return ""
        case Markup():
            return str(body)
        case _:
            return _dumps(body)


def _content_type(body: Any) -> dict[str, str]:
    if body is None:
        return {}
    return {"content-type": HTML if isinstance(body, Markup) else JSON}


def _dumps(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=_number)


def _number(value: Any) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} cannot be sent in a response.")
