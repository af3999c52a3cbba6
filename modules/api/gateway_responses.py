"""API Gateway's own error responses, as problem details (RFC 9457)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.api_gateway_gateway_response import ApiGatewayGatewayResponse
from constructs import Construct

_MESSAGE = "$context.error.messageString"
"""API Gateway's message as a JSON string, including the quotes."""


@dataclass(frozen=True)
class GatewayProblem:
    """An error that API Gateway detects before it calls a function.

    Slugs, titles and statuses are those of `lambda_src/runtime/errors.py`.
    """

    kinds: tuple[str, ...]
    """Response types of API Gateway."""
    status: int
    """HTTP status."""
    slug: str
    """End of the problem's URN."""
    title: str
    """Title of the problem."""
    with_detail: bool = False
    """Whether the response contains API Gateway's message, for callers who can correct the request."""
    retry_after: int | None = None
    """Value of the header `retry-after` in seconds. API Gateway adds none."""

    @property
    def body(self) -> str:
        """Template of the response body."""
        problem = json.dumps(
            {"type": f"urn:bookstore:problem:{self.slug}", "title": self.title, "status": self.status}
        )
        return f'{problem[:-1]}, "detail": {_MESSAGE}}}' if self.with_detail else problem


PROBLEMS = (
    GatewayProblem(("DEFAULT_4XX",), 400, "bad-request", "The request does not fit the contract"),
    GatewayProblem(
        ("BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS"),
        400,
        "bad-request",
        "The request does not fit the contract",
        with_detail=True,
    ),
    GatewayProblem(("UNAUTHORIZED",), 401, "unauthorized", "Sign in first"),
    GatewayProblem(("ACCESS_DENIED",), 403, "forbidden", "This is not allowed"),
    # Mostly the limit of one address (modules/firewall.py), which counts the requests of the last five minutes.
    GatewayProblem(("WAF_FILTERED",), 403, "forbidden", "This is not allowed", retry_after=300),
    # For an unknown path or method API Gateway uses this type, with status 403 by default.
    GatewayProblem(("MISSING_AUTHENTICATION_TOKEN", "RESOURCE_NOT_FOUND"), 404, "not-found", "Not found"),
    GatewayProblem(("REQUEST_TOO_LARGE",), 413, "too-large", "The body is too large"),
    GatewayProblem(
        ("UNSUPPORTED_MEDIA_TYPE",), 415, "unsupported-media-type", "The body must be application/json"
    ),
    GatewayProblem(("QUOTA_EXCEEDED",), 429, "too-many-requests", "Too many requests; slow down"),
    # The stage's limits are per second: a second later it accepts as many requests again.
    GatewayProblem(("THROTTLED",), 429, "too-many-requests", "Too many requests; slow down", retry_after=1),
    GatewayProblem(("DEFAULT_5XX",), 500, "internal-error", "Internal error"),
    GatewayProblem(
        ("INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"),
        503,
        "unavailable",
        "The region cannot serve the request",
    ),
)


class GatewayResponses(Construct):
    """Responses for all `PROBLEMS`, with the region in a header."""

    def __init__(self, scope: Construct, id: str, *, rest_api_id: str, region: str) -> None:
        """Create the responses.

        Args:
            rest_api_id: REST API.
            region: Value of the header `x-region`.
        """
        super().__init__(scope, id)
        values = {
            "Content-Type": "application/problem+json",
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "x-region, retry-after",
            "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
            "X-Content-Type-Options": "nosniff",
            "x-region": region,
        }
        self.all: list[ITerraformDependable] = [
            ApiGatewayGatewayResponse(
                self,
                kind.lower(),
                rest_api_id=rest_api_id,
                response_type=kind,
                status_code=str(problem.status),
                response_parameters=_parameters(values, problem),
                response_templates={"application/json": problem.body},
            )
            for problem in PROBLEMS
            for kind in problem.kinds
        ]


def _parameters(values: Mapping[str, str], problem: GatewayProblem) -> dict[str, str]:
    """Headers of a problem's response, as static values."""
    own = {} if problem.retry_after is None else {"Retry-After": str(problem.retry_after)}
    return {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in {**values, **own}.items()}
