"""CORS preflight requests."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.api_gateway_integration_response import ApiGatewayIntegrationResponse
from cdktf_cdktf_provider_aws.api_gateway_method import ApiGatewayMethod
from cdktf_cdktf_provider_aws.api_gateway_method_response import ApiGatewayMethodResponse
from constructs import Construct

_STATUS = "200"


@dataclass(frozen=True)
class PreflightAnswer:
    """Values of the response headers."""

    region: str
    """Value of `x-region`."""
    verbs: Sequence[str]
    """HTTP methods that the resource supports."""
    headers: Sequence[str] = ("authorization", "content-type", "idempotency-key")
    """Request headers that pages may send."""
    max_age: int = 7200
    """Seconds that a browser caches the answer. Chromium's limit is 7200."""

    def as_headers(self) -> dict[str, str]:
        """Return the response headers.

        All origins are allowed: the API uses no cookies, so a page can only use a token that it already has.
        """
        return {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": ",".join(self.verbs),
            "Access-Control-Allow-Headers": ",".join(self.headers),
            "Access-Control-Max-Age": str(self.max_age),
            "x-region": self.region,
        }


class Preflight(Construct):
    """The method `OPTIONS` of one resource, answered by API Gateway without a function."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        rest_api_id: str,
        resource_id: str,
        validator_id: str,
        answer: PreflightAnswer,
    ) -> None:
        """Create the method and its answer.

        Args:
            rest_api_id: REST API.
            resource_id: Resource of the API.
            validator_id: Request validator of the method.
            answer: Values of the response headers.
        """
        super().__init__(scope, id)
        method = ApiGatewayMethod(
            self,
            "method",
            rest_api_id=rest_api_id,
            resource_id=resource_id,
            http_method="OPTIONS",
            authorization="NONE",
            request_validator_id=validator_id,
        )
        address = {"rest_api_id": rest_api_id, "resource_id": resource_id, "http_method": method.http_method}
        headers = {
            f"method.response.header.{name}": f"'{value}'" for name, value in answer.as_headers().items()
        }
        integration = ApiGatewayIntegration(
            self,
            "integration",
            **address,
            type="MOCK",
            request_templates={"application/json": f'{{"statusCode": {_STATUS}}}'},
        )
        response = ApiGatewayMethodResponse(
            self,
            "response",
            **address,
            status_code=_STATUS,
            response_parameters=dict.fromkeys(headers, True),
        )
        self.last: ITerraformDependable = ApiGatewayIntegrationResponse(
            self,
            "answer",
            **address,
            status_code=response.status_code,
            response_parameters=headers,
            depends_on=[integration],
        )
        """Dependency for the deployment: the resource that is created last."""
