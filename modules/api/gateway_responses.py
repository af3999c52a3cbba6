"""What API Gateway answers by itself, in the form of everything else the shop answers."""

import json
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.api_gateway_gateway_response import ApiGatewayGatewayResponse
from constructs import Construct

_MESSAGE = "$context.error.messageString"
"""API Gateway's own words as a JSON string, quotes included."""


@dataclass(frozen=True)
class GatewayProblem:
    """A problem of `lambda_src/runtime/errors.py` that API Gateway finds before a function is called."""

    kinds: tuple[str, ...]
    status: int
    slug: str
    title: str
    says_why: bool = False
    """Whether API Gateway's message tells the caller what to change."""

    @property
    def body(self) -> str:
        """The template of an RFC 9457 body."""
        problem = json.dumps(
            {"type": f"urn:bookstore:problem:{self.slug}", "title": self.title, "status": self.status}
        )
        return f'{problem[:-1]}, "detail": {_MESSAGE}}}' if self.says_why else problem


PROBLEMS = (
    GatewayProblem(("DEFAULT_4XX",), 400, "bad-request", "The request does not fit the contract"),
    GatewayProblem(
        ("BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS"),
        400,
        "bad-request",
        "The request does not fit the contract",
        says_why=True,
    ),
    GatewayProblem(("UNAUTHORIZED",), 401, "unauthorized", "Sign in first"),
    GatewayProblem(("ACCESS_DENIED", "WAF_FILTERED"), 403, "forbidden", "This is not allowed"),
    # A path or verb without a method: API Gateway calls the lack of a route a lack of a token, and says 403.
    GatewayProblem(
        ("MISSING_AUTHENTICATION_TOKEN", "RESOURCE_NOT_FOUND"), 404, "not-found", "There is no such thing"
    ),
    GatewayProblem(("REQUEST_TOO_LARGE",), 413, "too-large", "The body is too large"),
    GatewayProblem(
        ("UNSUPPORTED_MEDIA_TYPE",), 415, "unsupported-media-type", "The body must be application/json"
    ),
    GatewayProblem(("QUOTA_EXCEEDED", "THROTTLED"), 429, "too-many-requests", "Too many requests; slow down"),
    GatewayProblem(("DEFAULT_5XX",), 500, "internal-error", "The shop made a mistake"),
    GatewayProblem(
        ("INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"),
        503,
        "unavailable",
        "Something this region needs is away",
    ),
)


class GatewayResponses(Construct):
    """Makes API Gateway's own errors problem details (RFC 9457) that name the region."""

    def __init__(self, scope: Construct, id: str, *, rest_api_id: str, region: str) -> None:
        super().__init__(scope, id)
        answered = {
            "Content-Type": "application/problem+json",
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "x-region",
            "x-region": region,
        }
        headers = {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in answered.items()}
        self.all: list[ITerraformDependable] = [
            ApiGatewayGatewayResponse(
                self,
                kind.lower(),
                rest_api_id=rest_api_id,
                response_type=kind,
                status_code=str(problem.status),
                response_parameters=headers,
                response_templates={"application/json": problem.body},
            )
            for problem in PROBLEMS
            for kind in problem.kinds
        ]
