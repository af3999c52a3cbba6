from pathlib import Path

from cdktf import TerraformStack

from modules.code_bucket import CodeBucket
from modules.function import Code, Function, FunctionOptions, Platform
from modules.support.resources import DeadLetterQueue
from modules.support.stack_files import Archives, stack_folder
from tests.support.synthesis import Stack, construct, shop

SOURCES = Path(__file__).parents[3] / "lambda_src"


def a_function(*, keeps_failures: bool = False) -> Stack:
    def make(stack: TerraformStack) -> None:
        platform = Platform(
            name="books-test", region="eu-west-1", archives=Archives(SOURCES), folder=stack_folder(stack)
        )
        function = Function(
            stack,
            "catalog",
            platform=platform,
            code=Code("catalog"),
            options=FunctionOptions(environment={"BOOKS_TABLE": "b"}),
        )
        if keeps_failures:
            function.send_failures_to(DeadLetterQueue(stack, "queue", name="books-test-failures"))

    return construct(make)


def test_function_runs_code_of_its_domain() -> None:
    body = a_function().only("aws_lambda_function")
    assert body["handler"] == "catalog.handler.handle"
    assert body["filename"] == "archives/catalog.zip"
    assert body["source_code_hash"] == Archives(SOURCES).of("catalog").sha256


def test_functions_with_bucket_share_one_upload() -> None:
    def make(stack: TerraformStack) -> None:
        platform = Platform(
            name="books-test",
            region="eu-west-1",
            archives=Archives(SOURCES),
            folder=stack_folder(stack),
            code_bucket=CodeBucket(stack, "code", name="books-test-code", disposable=True),
        )
        for id, handler in (("search", "handler"), ("search-builder", "builder")):
            Function(stack, id, platform=platform, code=Code("search", handler))

    stack = construct(make)
    (uploaded,) = stack.resources("aws_s3_object")
    assert uploaded.body["source"] == "archives/search.zip"
    assert uploaded.body["key"] == Archives(SOURCES).of("search").key
    functions = stack.resources("aws_lambda_function")
    # With a local file, the AWS provider creates one function after the other.
    assert [each.body.get("filename") for each in functions] == [None, None]
    assert {each.body["s3_key"] for each in functions} == {f"${{{uploaded.address}.key}}"}


def test_function_runs_on_arm_with_tracing() -> None:
    body = a_function().only("aws_lambda_function")
    assert body["architectures"] == ["arm64"]
    assert body["runtime"] == "python3.13"
    assert body["tracing_config"] == {"mode": "Active"}


def test_log_group_exists_first_and_expires() -> None:
    stack = a_function()
    logs = stack.resources("aws_cloudwatch_log_group")[0]
    assert logs.body["name"] == "/aws/lambda/books-test-catalog"
    assert logs.body["retention_in_days"] == 30
    assert logs.address in stack.only("aws_lambda_function")["depends_on"]


def test_role_writes_own_logs_only() -> None:
    stack = a_function()
    (logs,) = stack.resources("aws_cloudwatch_log_group")
    statements = stack.data("aws_iam_policy_document")[0].body["statement"]
    (write,) = [each for each in statements if "logs:PutLogEvents" in each["actions"]]
    assert write["resources"] == [f"${{{logs.address}.arn}}:*"]
    assert "logs:CreateLogGroup" not in write["actions"]


def test_role_name_contains_region() -> None:
    assert a_function().only("aws_iam_role")["name"] == "books-test-catalog-eu-west-1"


def test_failed_events_go_to_queue() -> None:
    stack = a_function(keeps_failures=True)
    (queue,) = stack.resources("aws_sqs_queue")
    config = stack.only("aws_lambda_function_event_invoke_config")
    assert config["destination_config"]["on_failure"]["destination"] == f"${{{queue.address}.arn}}"
    assert queue.body["sqs_managed_sse_enabled"] is True


def test_every_function_has_handler_and_settings() -> None:
    for function in shop()["eu-west-1"].resources("aws_lambda_function"):
        domain, module, name = function.body["handler"].split(".")
        assert name == "handle"
        assert (SOURCES / domain / f"{module}.py").is_file(), function.id
        variables = function.body["environment"]["variables"]
        assert variables["SHOP_NAME"] == "bookstore-prod"
        assert variables["LOG_LEVEL"] == "INFO"
