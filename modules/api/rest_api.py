"""The REST API of a region."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

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
from cdktf_cdktf_provider_aws.cloudwatch_log_metric_filter import CloudwatchLogMetricFilter
from constructs import Construct

from modules.api.contract import Contract, Operation, Route, parents
from modules.api.domain import ApiDomain, CustomDomain
from modules.api.gateway_responses import PROBLEMS, GatewayResponses
from modules.api.preflight import Preflight, PreflightAnswer
from modules.firewall import Firewall
from modules.function import Function
from modules.support.resources import log_group
from modules.support.suppression import OFF_FOR_ITS_PRICE, PUBLIC_ON_PURPOSE, UNSEEN_BY_CHECKOV, suppress

_NO_CACHE_NO_CLIENT_CERTIFICATE = (
    "API Gateway's cache costs more than all requests of a small shop, and most answers are personal. Lambda "
    "integrations do not use client certificates"
)

_ACCESS_LOG = {
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
"""Fields of the access log. None of them is personal data."""


@dataclass(frozen=True)
class Hosts:
    """Host names of a region's API."""

    shared: str
    """Name that all regions serve."""
    regional: str
    """Name of this region only."""
    certificate_arn: str
    """Issued certificate for both names."""


@dataclass(frozen=True)
class ApiOptions:
    """Name, limits and protection of an API."""

    name: str
    """Name of the API."""
    region: str
    """AWS region, the value of the header `x-region`."""
    user_pool_arn: str
    """Cognito user pool that issues the tokens. It may be in another region:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-cross-account-cognito-authorizer.html"""
    firewall: Firewall | None = None
    """Web ACL in front of the stage."""
    stage: str = "live"
    """Name of the stage."""
    rate: int = 500
    """Requests per second and method. Further requests receive 429."""
    burst: int = 1000
    """Requests that one method accepts at once."""
    compress_from: int = 1024
    """Answers of at least this size, in bytes, are compressed for clients that accept it."""
    timeout_ms: int = 29_000
    """How long API Gateway waits for a function. The default is the longest time without a quota increase."""
    log_retention_days: int = 30
    """How long CloudWatch keeps access and execution logs."""


class Api(Construct):
    """API Gateway in front of the functions. It checks tokens, parameters and bodies; the functions check headers."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        contract: Contract,
        functions: Mapping[str, Function],
        hosts: Hosts,
        options: ApiOptions,
    ) -> None:
        """Create and deploy the API.

        Args:
            contract: Routes and schemas.
            functions: Functions by the names that the contract uses in `x-function`.
            hosts: Host names and their certificate.
            options: Name, limits and protection.
        """
        super().__init__(scope, id)
        self._contract = contract
        self._functions = functions
        self._options = options
        self.stage = options.stage
        """Name of the stage, known before it is created."""
        self._parts: list[ITerraformDependable] = []
        self._api = ApiGatewayRestApi(
            self,
            "api",
            name=options.name,
            endpoint_configuration={"types": ["REGIONAL"]},
            # Only the custom domains answer, so that no request bypasses the health checks.
            disable_execute_api_endpoint=True,
            minimum_compression_size=str(options.compress_from),
            lifecycle={"create_before_destroy": True},
        )
        self.api_id: str = self._api.id
        """ID of the REST API."""
        authorizer = ApiGatewayAuthorizer(
            self,
            "shoppers",
            name="shoppers",
            rest_api_id=self.api_id,
            type="COGNITO_USER_POOLS",
            provider_arns=[options.user_pool_arn],
        )
        self._authorizer_id: str = authorizer.id
        self._models = {body: self._model(body) for body in contract.bodies}
        self._parameters_only = self._validator("parameters", body=False)
        self._parameters_and_body = self._validator("parameters-and-body", body=True)
        root: str = self._api.root_resource_id
        self._resources = {"": root}
        for route in contract.routes:
            self._route(route)
        responses = GatewayResponses(self, "responses", rest_api_id=self.api_id, region=options.region)
        self._parts.extend(responses.all)
        self._allow_invocations()
        stage = self._deploy()
        self.stage_name: str = stage.stage_name
        """Name of the stage, known after it is created."""
        self._protect(stage)
        self.shared_domain = self._serve_at("shared", hosts.shared, hosts.certificate_arn)
        """Host name that all regions serve."""
        self.regional_domain = self._serve_at("regional", hosts.regional, hosts.certificate_arn)
        """Host name of this region."""

    def _serve_at(self, id: str, host: str, certificate_arn: str) -> ApiDomain:
        domain = CustomDomain(
            self, id, host=host, certificate_arn=certificate_arn, api_id=self.api_id, stage=self.stage_name
        )
        return domain.as_target

    def _protect(self, stage: ApiGatewayStage) -> None:
        reasons = dict.fromkeys(("CKV_AWS_120", "CKV2_AWS_51"), _NO_CACHE_NO_CLIENT_CERTIFICATE)
        if firewall := self._options.firewall:
            firewall.protect(self, "firewall", stage.arn)
            reasons["CKV2_AWS_77"] = UNSEEN_BY_CHECKOV if firewall.has_managed_rules else OFF_FOR_ITS_PRICE
        else:
            reasons["CKV2_AWS_29"] = OFF_FOR_ITS_PRICE
        reasons["CKV2_AWS_4"] = OFF_FOR_ITS_PRICE
        suppress(stage, reasons)

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
        preflight = Preflight(
            self,
            f"preflight {route.path}",
            rest_api_id=self.api_id,
            resource_id=resource_id,
            validator_id=self._parameters_only,
            answer=self._preflight_answer(route),
        )
        self._parts.append(preflight.last)

    def _preflight_answer(self, route: Route) -> PreflightAnswer:
        return PreflightAnswer(self._options.region, [operation.verb for operation in route.operations])

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
        authorization: dict[str, Any] = {"authorization": "NONE"}
        if operation.signed_in:
            authorization = {"authorization": "COGNITO_USER_POOLS", "authorizer_id": self._authorizer_id}
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
            **authorization,
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
                timeout_milliseconds=self._options.timeout_ms,
            )
        )

    def _allow_invocations(self) -> None:
        for name in sorted({route.function for route in self._contract.routes}):
            permissions = self._functions[name].allow_invocation(
                "api",
                principal="apigateway.amazonaws.com",
                source_arn=f"{self._api.execution_arn}/{self._options.stage}/*",
            )
            self._parts.extend(permissions)

    def _deploy(self) -> ApiGatewayStage:
        """Create the deployment and its stage.

        The triggers cause a new deployment whenever a part of the API changes. Terraform creates it before it destroys
        removed parts, so the stage serves these until the next deployment, which a new version of the contract causes.
        Access logs need an account-wide role, which `ops bootstrap` configures.
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
        options = self._options
        logs = log_group(
            self,
            "access-logs",
            name=f"/aws/apigateway/{options.name}",
            retention_days=options.log_retention_days,
        )
        self._count_throttled(logs.name)
        stage = ApiGatewayStage(
            self,
            "stage",
            rest_api_id=self.api_id,
            deployment_id=deployment.id,
            stage_name=options.stage,
            xray_tracing_enabled=True,
            access_log_settings={"destination_arn": logs.arn, "format": json.dumps(_ACCESS_LOG)},
        )
        self._limit(stage)
        return stage

    def _count_throttled(self, log_group_name: str) -> None:
        self.throttled_namespace = f"Bookstore/{self._options.name}"
        """CloudWatch namespace of the metric `TooManyRequests`, the number of answers with status 429."""
        CloudwatchLogMetricFilter(
            self,
            "too-many-requests",
            name=f"{self._options.name}-too-many-requests",
            log_group_name=log_group_name,
            pattern='{ $.status = "429" }',
            metric_transformation={
                "namespace": self.throttled_namespace,
                "name": "TooManyRequests",
                "value": "1",
                "unit": "Count",
            },
        )

    def _limit(self, stage: ApiGatewayStage) -> None:
        options = self._options
        # API Gateway would create the log group without a retention time.
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
        execution_logs = log_group(
            self,
            "execution-logs",
            name=f"API-Gateway-Execution-Logs_{self.api_id}/{options.stage}",
            retention_days=options.log_retention_days,
        )
        settings = ApiGatewayMethodSettings(
            self,
            "limits",
            rest_api_id=self.api_id,
            stage_name=stage.stage_name,
            method_path="*/*",
            settings={
                "throttling_rate_limit": options.rate,
                "throttling_burst_limit": options.burst,
                # Metrics per method cost 0.30 USD each; alarms and dashboard use those of the stage, which are free.
                # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
                "metrics_enabled": False,
                "logging_level": "ERROR",
            },
            depends_on=[execution_logs],
        )
        suppress(settings, {"CKV_AWS_225": _NO_CACHE_NO_CLIENT_CERTIFICATE})

    def _fingerprint(self) -> str:
        """Hash everything about the API that is known before Terraform runs.

        IDs are no substitute: they stay the same when a method changes.
        """
        routes = self._contract.routes
        shape = {
            "version": self._contract.version,
            "routes": [asdict(route) for route in routes],
            "models": {body: self._contract.schema(body) for body in self._contract.bodies},
            "problems": [asdict(problem) for problem in PROBLEMS],
            "preflight": asdict(PreflightAnswer(region="", verbs=())),
            "timeout": self._options.timeout_ms,
        }
        return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()
