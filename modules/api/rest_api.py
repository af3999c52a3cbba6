"""The REST API of a region, made from the contract."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from cdktf import Fn, ITerraformDependable
from cdktf_cdktf_provider_aws.api_gateway_authorizer import ApiGatewayAuthorizer
from cdktf_cdktf_provider_aws.api_gateway_deployment import ApiGatewayDeployment
from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.api_gateway_method import ApiGatewayMethod
from cdktf_cdktf_provider_aws.api_gateway_method_settings import ApiGatewayMethodSettings
from cdktf_cdktf_provider_aws.api_gateway_model import ApiGatewayModel
from cdktf_cdktf_provider_aws.api_gateway_request_validator import ApiGatewayRequestValidator
from cdktf_cdktf_provider_aws.api_gateway_resource import ApiGatewayResource
from cdktf_cdktf_provider_aws.api_gateway_rest_api import ApiGatewayRestApi
from cdktf_cdktf_provider_aws.api_gateway_stage import ApiGatewayStage
from constructs import Construct

from modules.api.contract import Contract, Operation, Route, parents
from modules.api.domain import ApiDomain, CustomDomain
from modules.api.gateway_responses import PROBLEMS, GatewayResponses
from modules.api.preflight import Preflight
from modules.firewall import Firewall
from modules.function import Function
from modules.support.resources import log_group
from modules.support.suppression import OFF_FOR_ITS_PRICE, PUBLIC_ON_PURPOSE, suppress

__all__ = ["Api", "ApiDomain", "Hosts"]

_NEITHER_CACHED_NOR_CERTIFIED = (
    "A cache of the API's costs more than all calls of a small shop, and most answers are the shopper's own; Lambda "
    "integrations know no client certificate"
)


@dataclass(frozen=True)
class Hosts:
    """The names that a region's API serves, and the certificate for both."""

    shared: str
    regional: str
    certificate_arn: str


class Api(Construct):
    """API Gateway in front of the functions: what the contract does not know costs no call."""

    STAGE = "live"
    RATE = 500
    """Requests a second, for each method, that go on steadily; more get 429."""
    BURST = 1000
    """Requests that may come at once."""
    TIMEOUT_MS = 29_000
    """The longest that API Gateway waits."""

    _ACCESS_LOG: ClassVar[dict[str, str]] = {
        "requestId": "$context.requestId",
        "time": "$context.requestTimeEpoch",
        "method": "$context.httpMethod",
        "path": "$context.resourcePath",
        "status": "$context.status",
        "latency": "$context.responseLatency",
        "functionLatency": "$context.integrationLatency",
        "functionError": "$context.integrationErrorMessage",
        "error": "$context.error.responseType",
        "bytes": "$context.responseLength",
        "trace": "$context.xrayTraceId",
    }
    """What happened, not who asked: nothing in it is personal data."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        region: str,
        contract: Contract,
        functions: Mapping[str, Function],
        user_pool_arn: str,
        hosts: Hosts,
        log_retention_days: int,
        firewall: Firewall | None = None,
    ) -> None:
        """`functions` are by the names that the contract's `x-function` uses.

        The user pool may be of another region
        (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-cross-account-cognito-authorizer.html).
        """
        super().__init__(scope, id)
        self._region = region
        self._contract = contract
        self._functions = functions
        self._parts: list[ITerraformDependable] = []
        self._api = ApiGatewayRestApi(
            self,
            "api",
            name=name,
            endpoint_configuration={"types": ["REGIONAL"]},
            disable_execute_api_endpoint=True,  # so that health checks and WAF see every request
            lifecycle={"create_before_destroy": True},
        )
        self.api_id: str = self._api.id
        authorizer = ApiGatewayAuthorizer(
            self,
            "shoppers",
            name="shoppers",
            rest_api_id=self.api_id,
            type="COGNITO_USER_POOLS",
            provider_arns=[user_pool_arn],
        )
        self._authorizer_id: str = authorizer.id
        self._models = {body: self._model(body) for body in contract.bodies}
        self._parameters_only = self._validator("parameters", body=False)
        self._parameters_and_body = self._validator("parameters-and-body", body=True)
        root: str = self._api.root_resource_id
        self._resources = {"": root}
        for route in contract.routes:
            self._route(route)
        responses = GatewayResponses(self, "responses", rest_api_id=self.api_id, region=region)
        self._parts.extend(responses.all)
        self._let_api_call_functions()
        stage = self._deploy(name, log_retention_days)
        self.stage_name: str = stage.stage_name
        reasons = dict.fromkeys(("CKV_AWS_120", "CKV2_AWS_51"), _NEITHER_CACHED_NOR_CERTIFIED)
        if firewall:
            firewall.protect("api", stage.arn)
        else:
            reasons["CKV2_AWS_29"] = OFF_FOR_ITS_PRICE
        suppress(stage, reasons)
        self.shared_domain = self._serve_at(
            "shared", host=hosts.shared, certificate_arn=hosts.certificate_arn
        )
        """What every region answers to."""
        self.regional_domain = self._serve_at(
            "regional", host=hosts.regional, certificate_arn=hosts.certificate_arn
        )
        """What this region alone answers to."""

    def _serve_at(self, id: str, host: str, certificate_arn: str) -> ApiDomain:
        domain = CustomDomain(
            self, id, host=host, certificate_arn=certificate_arn, api_id=self.api_id, stage=self.stage_name
        )
        return domain.as_target

    def _model(self, body: str) -> str:
        schema = json.dumps(self._contract.schema(body), sort_keys=True)
        model = ApiGatewayModel(
            self,
            f"model-{body}",
            name=body,
            rest_api_id=self.api_id,
            content_type="application/json",
            schema=schema,
        )
        name: str = model.name
        return name

    def _validator(self, name: str, *, body: bool) -> str:
        validator = ApiGatewayRequestValidator(
            self,
            name,
            name=name,
            rest_api_id=self.api_id,
            validate_request_parameters=True,
            validate_request_body=body,
        )
        validator_id: str = validator.id
        return validator_id

    def _route(self, route: Route) -> None:
        resource_id = self._resource(route.path)
        for operation in route.operations:
            self._method(resource_id, route, operation)
        verbs = [operation.verb for operation in route.operations]
        preflight = Preflight(
            self,
            f"preflight {route.path}",
            rest_api_id=self.api_id,
            resource_id=resource_id,
            region=self._region,
            validator_id=self._parameters_only,
            verbs=verbs,
        )
        self._parts.append(preflight.last)

    def _resource(self, path: str) -> str:
        for prefix in parents(path):
            if prefix not in self._resources:
                parent, _, name = prefix.rpartition("/")
                resource = ApiGatewayResource(
                    self, prefix, rest_api_id=self.api_id, parent_id=self._resources[parent], path_part=name
                )
                self._resources[prefix] = resource.id
        return self._resources[path]

    def _method(self, resource_id: str, route: Route, operation: Operation) -> None:
        sign_in: dict[str, Any] = {"authorization": "NONE"}
        if operation.signed_in:
            sign_in = {"authorization": "COGNITO_USER_POOLS", "authorizer_id": self._authorizer_id}
        validator = self._parameters_and_body if operation.body else self._parameters_only
        body = {"application/json": self._models[operation.body]} if operation.body else None
        method = ApiGatewayMethod(
            self,
            operation.id,
            rest_api_id=self.api_id,
            resource_id=resource_id,
            http_method=operation.verb,
            operation_name=operation.id,
            request_validator_id=validator,
            request_parameters={each.mapping: each.required for each in operation.parameters},
            request_models=body,
            **sign_in,
        )
        if not operation.signed_in:
            suppress(method, {"CKV_AWS_59": PUBLIC_ON_PURPOSE})
        self._parts.append(
            ApiGatewayIntegration(
                self,
                f"{operation.id}-integration",
                rest_api_id=self.api_id,
                resource_id=resource_id,
                http_method=method.http_method,
                type="AWS_PROXY",
                integration_http_method="POST",
                uri=self._functions[route.function].invoke_arn,
                timeout_milliseconds=self.TIMEOUT_MS,
            )
        )

    def _let_api_call_functions(self) -> None:
        for name in sorted({route.function for route in self._contract.routes}):
            self._functions[name].allow_invocation(
                "api",
                principal="apigateway.amazonaws.com",
                source_arn=f"{self._api.execution_arn}/{self.STAGE}/*",
            )

    def _deploy(self, name: str, log_retention_days: int) -> ApiGatewayStage:
        """Deploy anew whenever anything of the API changes; API Gateway does not do so by itself.

        Access logs need a role that belongs to the account and not to a deployment: `ops bootstrap` sets it.
        """
        deployment = ApiGatewayDeployment(
            self,
            "deployment",
            rest_api_id=self.api_id,
            triggers={
                "shape": self._fingerprint(),
                "functions": Fn.sha1(
                    Fn.jsonencode([function.invoke_arn for function in self._functions.values()])
                ),
                "authorizer": self._authorizer_id,
            },
            depends_on=self._parts,
            lifecycle={"create_before_destroy": True},
        )
        logs = log_group(
            self, "access-logs", name=f"/aws/apigateway/{name}", retention_days=log_retention_days
        )
        stage = ApiGatewayStage(
            self,
            "stage",
            rest_api_id=self.api_id,
            deployment_id=deployment.id,
            stage_name=self.STAGE,
            xray_tracing_enabled=True,
            access_log_settings={"destination_arn": logs.arn, "format": json.dumps(self._ACCESS_LOG)},
        )
        # API Gateway would make it by itself, and keep its lines for ever.
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
        execution_logs = log_group(
            self,
            "execution-logs",
            name=f"API-Gateway-Execution-Logs_{self.api_id}/{self.STAGE}",
            retention_days=log_retention_days,
        )
        settings = ApiGatewayMethodSettings(
            self,
            "limits",
            rest_api_id=self.api_id,
            stage_name=stage.stage_name,
            method_path="*/*",
            settings={
                "throttling_rate_limit": self.RATE,
                "throttling_burst_limit": self.BURST,
                "metrics_enabled": True,
                "logging_level": "ERROR",
            },
            depends_on=[execution_logs],
        )
        suppress(settings, {"CKV_AWS_225": _NEITHER_CACHED_NOR_CERTIFIED})
        return stage

    def _fingerprint(self) -> str:
        """A hash of all that is known before Terraform runs; ids stay the same when a method changes."""
        shape = {
            "routes": [asdict(route) for route in self._contract.routes],
            "models": {body: self._contract.schema(body) for body in self._contract.bodies},
            "problems": [asdict(problem) for problem in PROBLEMS],
            "preflight": [Preflight.HEADERS, Preflight.MAX_AGE],
            "timeout": self.TIMEOUT_MS,
        }
        return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()
