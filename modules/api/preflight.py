"""The answer to a browser's question whether a page may call the API (CORS)."""

from collections.abc import Sequence

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.api_gateway_integration_response import ApiGatewayIntegrationResponse
from cdktf_cdktf_provider_aws.api_gateway_method import ApiGatewayMethod
from cdktf_cdktf_provider_aws.api_gateway_method_response import ApiGatewayMethodResponse
from constructs import Construct


class Preflight(Construct):
    """`OPTIONS` on one resource, answered without calling a function.

    Any origin may ask: the API knows no cookies, so a page can do what its shopper's token lets it.
    """

    HEADERS = ("authorization", "content-type", "idempotency-key")
    MAX_AGE = 7200
    """Seconds that a browser remembers the answer; Chromium's own limit."""

    _STATUS = "200"

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        rest_api_id: str,
        resource_id: str,
        region: str,
        validator_id: str,
        verbs: Sequence[str],
    ) -> None:
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
        answer = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": ",".join(verbs),
            "Access-Control-Allow-Headers": ",".join(self.HEADERS),
            "Access-Control-Max-Age": str(self.MAX_AGE),
            "x-region": region,
        }
        headers = {f"method.response.header.{name}": f"'{value}'" for name, value in answer.items()}
        integration = ApiGatewayIntegration(
            self,
            "integration",
            **address,
            type="MOCK",
            request_templates={"application/json": f'{{"statusCode": {self._STATUS}}}'},
        )
        response = ApiGatewayMethodResponse(
            self,
            "response",
            **address,
            status_code=self._STATUS,
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
        """What is made last of it."""
