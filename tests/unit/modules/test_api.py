import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.api.contract import VERBS, Contract, Route
from modules.api.gateway_responses import PROBLEMS, GatewayProblem
from runtime import errors
from stacks.region_stack import CONTRACT
from stacks.settings import Settings
from tests.support.synthesis import ON_AWS, Resource, Shop, Stack, shop, synthesize

DOCUMENT = yaml.safe_load(CONTRACT.read_text(encoding="utf-8"))
OPERATIONS = [
    (path, verb.upper(), item[verb])
    for path, item in DOCUMENT["paths"].items()
    for verb in VERBS
    if verb in item
]


def region() -> Stack:
    return shop()["eu-west-1"]


def reference(resource: Resource, attribute: str = "id") -> str:
    return f"${{{resource.address}.{attribute}}}"


def paths() -> dict[str, str]:
    """Return each resource's path by the reference to its ID."""
    resources = {reference(each): each.body for each in region().resources("aws_api_gateway_resource")}

    def whole(body: Any) -> str:
        parent = resources.get(body["parent_id"])
        return (whole(parent) if parent else "") + "/" + str(body["path_part"])

    return {name: whole(body) for name, body in resources.items()}


def method(path: str, verb: str) -> Resource:
    (resource_id,) = [name for name, whole in paths().items() if whole == path]
    return region().find("aws_api_gateway_method", resource_id=resource_id, http_method=verb)


@pytest.mark.parametrize("path", ["/pages/index.html", "/pages/sitemap.xml"])
def test_page_has_methods_that_cloudfront_passes_on(path: str) -> None:
    """CloudFront passes a HEAD of a page that it has not cached on as it is."""
    distribution = shop()["edge"].only("aws_cloudfront_distribution")
    for verb in distribution["default_cache_behavior"]["allowed_methods"]:
        assert answered_by(path, verb).body["type"] == "AWS_PROXY"


def answered_by(path: str, verb: str) -> Resource:
    where = {"resource_id": method(path, verb).body["resource_id"]}
    (integration,) = [
        each
        for each in region().resources("aws_api_gateway_integration")
        if each.body["resource_id"] == where["resource_id"]
        and each.body["http_method"] == reference(method(path, verb), "http_method")
    ]
    return integration


def test_api_routes_match_contract() -> None:
    names = paths()
    deployed = {
        (names[each.body["resource_id"]], each.body["http_method"])
        for each in region().resources("aws_api_gateway_method")
    }
    assert {each for each in deployed if each[1] != "OPTIONS"} == {
        (path, verb) for path, verb, _ in OPERATIONS
    }


@pytest.mark.parametrize(("path", "verb", "operation"), OPERATIONS)
def test_route_invokes_its_function(path: str, verb: str, operation: Any) -> None:
    name = f"bookstore-prod-{DOCUMENT['paths'][path]['x-function']}"
    function = region().find("aws_lambda_function", function_name=name)
    integration = answered_by(path, verb).body
    assert integration["type"] == "AWS_PROXY"
    assert integration["integration_http_method"] == "POST"
    assert integration["uri"] == reference(function, "invoke_arn")


@pytest.mark.parametrize(("path", "verb", "operation"), OPERATIONS)
def test_route_with_security_needs_token(path: str, verb: str, operation: Any) -> None:
    body = method(path, verb).body
    authorizer = region().resources("aws_api_gateway_authorizer")[0]
    if operation.get("security"):
        assert body["authorization"] == "COGNITO_USER_POOLS"
        assert body["authorizer_id"] == reference(authorizer)
    else:
        assert body["authorization"] == "NONE"


@pytest.mark.parametrize(("path", "verb", "operation"), OPERATIONS)
def test_api_validates_parameters_and_body(path: str, verb: str, operation: Any) -> None:
    body = method(path, verb).body
    (validator,) = [
        each.body
        for each in region().resources("aws_api_gateway_request_validator")
        if reference(each) == body["request_validator_id"]
    ]
    assert validator["validate_request_parameters"]
    assert validator["validate_request_body"] == ("requestBody" in operation)
    assert ("request_models" in body) == ("requestBody" in operation)


def test_gateway_requires_no_header() -> None:
    assert method("/orders", "POST").body["request_parameters"] == {
        "method.request.header.Idempotency-Key": False
    }, "API Gateway may compare the name with its case, and browsers send lower case"


@pytest.mark.parametrize("path", DOCUMENT["paths"])
def test_preflight_lists_methods_of_path(path: str) -> None:
    assert answered_by(path, "OPTIONS").body["type"] == "MOCK"
    resource_id = method(path, "OPTIONS").body["resource_id"]
    answer = region().find("aws_api_gateway_integration_response", resource_id=resource_id).body
    headers = {name.rsplit(".", 1)[-1]: value for name, value in answer["response_parameters"].items()}
    verbs = {verb for each, verb, _ in OPERATIONS if each == path}
    assert set(headers["Access-Control-Allow-Methods"].strip("'").split(",")) == verbs
    allowed = set(headers["Access-Control-Allow-Headers"].strip("'").split(","))
    assert allowed == {"authorization", "content-type", "idempotency-key"}
    assert headers["Access-Control-Allow-Origin"] == "'*'"
    assert headers["x-region"] == "'eu-west-1'"
    assert answer["status_code"] == f"${{{_response(resource_id).address}.status_code}}"


def _response(resource_id: str) -> Resource:
    return region().find("aws_api_gateway_method_response", resource_id=resource_id)


@pytest.mark.parametrize("response", range(sum(len(problem.kinds) for problem in PROBLEMS)))
def test_gateway_errors_are_problem_details(response: int) -> None:
    body = region().resources("aws_api_gateway_gateway_response")[response].body
    headers = {name.rsplit(".", 1)[-1]: value for name, value in body["response_parameters"].items()}
    assert headers["Content-Type"] == "'application/problem+json'"
    assert headers["x-region"] == "'eu-west-1'"
    assert headers["Access-Control-Allow-Origin"] == "'*'"
    template = body["response_templates"]["application/json"]
    problem = json.loads(template.replace("$context.error.messageString", '"message of the gateway"'))
    assert problem["type"].startswith("urn:bookstore:problem:")
    assert problem["status"] == int(body["status_code"])


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.slug)
def test_gateway_problems_match_functions(problem: GatewayProblem) -> None:
    def tree(kind: type[errors.BookstoreError]) -> list[type[errors.BookstoreError]]:
        return [kind, *(below for each in kind.__subclasses__() for below in tree(each))]

    known = {kind.slug: kind for kind in tree(errors.BookstoreError)}
    if problem.slug in known:
        assert problem.status == known[problem.slug].status
        assert problem.title == known[problem.slug].title
    else:
        assert problem.slug in {"forbidden", "too-many-requests"}, "only API Gateway returns these two"


def test_throttled_answer_has_retry_after() -> None:
    throttled = region().find("aws_api_gateway_gateway_response", response_type="THROTTLED")
    assert throttled.body["response_parameters"]["gatewayresponse.header.Retry-After"] == "'1'"


def test_refusal_by_firewall_has_retry_after() -> None:
    refused = region().find("aws_api_gateway_gateway_response", response_type="WAF_FILTERED")
    assert refused.body["response_parameters"]["gatewayresponse.header.Retry-After"] == "'300'"


def test_gateway_statuses_are_in_contract() -> None:
    documented = {int(status) for _, _, operation in OPERATIONS for status in operation["responses"]}
    assert {problem.status for problem in PROBLEMS} <= documented


@pytest.mark.parametrize(("path", "verb", "operation"), OPERATIONS)
def test_every_operation_has_statuses_of_gateway(path: str, verb: str, operation: Any) -> None:
    """API Gateway and AWS WAF answer requests to any path with these."""
    assert {"403", "429", "500", "503"} <= operation["responses"].keys()


def test_api_serves_custom_domains_only() -> None:
    assert region().only("aws_api_gateway_rest_api")["disable_execute_api_endpoint"] is True
    domains = region().resources("aws_apigatewayv2_domain_name")
    assert {each.body["domain_name"] for each in domains} == {
        "api.books.example.com",
        "api-eu-west-1.books.example.com",
    }
    for each in domains:
        assert each.body["domain_name_configuration"]["security_policy"] == "TLS_1_2"
    for mapping in region().resources("aws_apigatewayv2_api_mapping"):
        assert mapping.body["api_mapping_key"] == "v1"


def test_access_log_has_no_personal_data() -> None:
    stage = region().only("aws_api_gateway_stage")
    fields = json.loads(stage["access_log_settings"]["format"])
    assert {"status", "latency", "requestId"} <= set(fields)
    assert not re.search(r"sourceIp|userAgent|authorizer|identity", json.dumps(fields))


def test_api_limits_requests() -> None:
    settings = region().only("aws_api_gateway_method_settings")
    assert settings["method_path"] == "*/*"
    assert settings["settings"]["throttling_rate_limit"] > 0
    assert settings["settings"]["throttling_burst_limit"] > 0


def test_deployment_depends_on_all_parts() -> None:
    waits = set(region().only("aws_api_gateway_deployment")["depends_on"])
    kinds = (
        "aws_api_gateway_gateway_response",
        "aws_api_gateway_integration_response",
    )
    for kind in kinds:
        assert {each.address for each in region().resources(kind)} <= waits
    proxies = [
        each for each in region().resources("aws_api_gateway_integration") if each.body["type"] == "AWS_PROXY"
    ]
    assert {each.address for each in proxies} <= waits


def test_changed_contract_is_deployed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from stacks import region_stack

    one_region = {"regions": ["us-east-1"]}

    def shape(of: Shop) -> str:
        triggers: dict[str, str] = of["us-east-1"].only("aws_api_gateway_deployment")["triggers"]
        return triggers["shape"]

    def again(folder: str) -> Shop:
        return synthesize(Settings(**{**ON_AWS, **one_region}), tmp_path / folder)

    class WithoutBodies(Contract):
        def _route(self, path: str, item: Any) -> Route:
            open_to_all = {
                key: {**value, "security": []} if key in VERBS else value for key, value in item.items()
            }
            return super()._route(path, open_to_all)

    class OfNextVersion(Contract):
        version = "next"

    before = shape(shop(**one_region))
    assert shape(again("same")) == before
    monkeypatch.setattr(region_stack, "read_contract", lambda file: OfNextVersion(DOCUMENT))
    assert shape(again("next")) != before, "the deployment without the parts that the one before removed"
    monkeypatch.setattr(region_stack, "read_contract", lambda file: WithoutBodies(DOCUMENT))
    assert shape(again("changed")) != before
