"""`customer-export` and `customer-erase` on two regions, whose stock functions are replaced."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from ops import deployment, named_tables
from ops.errors import TerraformError
from ops.named_tables import NamedTables
from stacks.settings import Settings
from tests.support import synthesis
from tests.support.deployments import outputs
from tests.support.mocked_aws import mocked_aws
from tests.support.operators import REGIONS, SETTINGS, run_ops
from tests.support.terraform_stacks import TerraformStacks
from tests.support.user_pool import UserPool

HERE, THERE = REGIONS
EMAIL = "ada@example.com"


class Functions:
    """Lambda of one region, where `erase` deletes nothing but answers."""

    def __init__(self) -> None:
        self.erased: list[str] = []
        self.error = ""
        self.is_lost = False

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803  boto3's own
        assert FunctionName == f"{SETTINGS.name}-stock"
        if self.is_lost:
            raise EndpointConnectionError(endpoint_url="https://lambda.example")
        if self.error:
            content = io.BytesIO(json.dumps({"errorMessage": self.error}).encode())
            return {"FunctionError": "Unhandled", "Payload": content}
        self.erased.append(json.loads(Payload)["erase"])
        return {"Payload": io.BytesIO(json.dumps({"cart": 2, "addresses": 1, "orders": 3}).encode())}


class Shop:
    """A user pool with one account, and two regions with a cart line and an order of it."""

    def __init__(self) -> None:
        self.lambdas = {region: Functions() for region in REGIONS}
        self.pool = UserPool()
        self.sub = self.pool.add(EMAIL)
        tables = {"cart": "bookId", "orders": "orderId"}
        for region in REGIONS:
            client = self.client("dynamodb", region)
            for name, sort in tables.items():
                client.create_table(
                    TableName=f"{SETTINGS.name}-{name}",
                    BillingMode="PAY_PER_REQUEST",
                    AttributeDefinitions=[
                        {"AttributeName": key, "AttributeType": "S"} for key in ("customerId", sort)
                    ],
                    KeySchema=[
                        {"AttributeName": "customerId", "KeyType": "HASH"},
                        {"AttributeName": sort, "KeyType": "RANGE"},
                    ],
                )
                client.put_item(
                    TableName=f"{SETTINGS.name}-{name}",
                    Item={
                        "customerId": {"S": self.sub},
                        sort: {"S": f"{name}-{region}"},
                        "total": {"N": "5"},
                    },
                )

    def client(self, service: str, region: str, **_: Any) -> Any:
        if service == "cognito-idp":
            return self.pool
        return self.lambdas[region] if service == "lambda" else boto3.client(service, region)


def outputs_without_lost_region(stack: str) -> dict[str, Any]:
    """Outputs from the states in the first region. Any other may be lost."""
    part = stack.removeprefix(f"{SETTINGS.name}-")
    if part == THERE:
        raise TerraformError(f"{stack}: the state cannot be read")
    return outputs(REGIONS)[part]


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Shop]:
    for name in ("AWS_ENDPOINT_URL", "EMAIL", "SUB", "CONFIRM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mocked_aws():
        made = Shop()
        monkeypatch.delenv(deployment.OUTPUTS_VARIABLE, raising=False)
        monkeypatch.setattr(Settings, "load", lambda _: SETTINGS)
        monkeypatch.setattr(deployment, "stack_outputs", outputs_without_lost_region)
        monkeypatch.setattr(named_tables, "client", made.client)
        names = [f"{SETTINGS.name}-{part}" for part in ("global", "dns", *REGIONS)]
        TerraformStacks(tmp_path, dict.fromkeys(names, ()))
        monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path))
        yield made


def test_export_has_account_and_items_of_each_region(shop: Shop) -> None:
    printed = json.loads(run_ops("customer-export", "--email", EMAIL).stdout)
    assert (printed["customerId"], printed["account"]["email"]) == (shop.sub, EMAIL)
    assert printed["regions"][THERE]["orders"] == [
        {"customerId": shop.sub, "orderId": f"orders-{THERE}", "total": 5}
    ]
    assert [item["bookId"] for item in printed["regions"][HERE]["cart"]] == [f"cart-{HERE}"]


@pytest.mark.parametrize("confirm", ["", "yes", "other@example.com"])
def test_erase_without_confirmation_changes_nothing(shop: Shop, confirm: str) -> None:
    refused = run_ops("customer-erase", "--email", EMAIL, "--confirm", confirm)
    assert refused.exit_code == 1
    assert f"CONFIRM={EMAIL}" in refused.stderr.replace("\n", "")
    assert shop.pool.users
    assert shop.lambdas[HERE].erased == []


def test_erase_reaches_every_region_and_repeats(shop: Shop) -> None:
    done = run_ops("customer-erase", "--email", EMAIL, "--confirm", EMAIL)
    assert done.exit_code == 0
    assert "Kept by law" in done.stdout
    assert not shop.pool.users
    again = run_ops("customer-erase", "--sub", shop.sub, "--confirm", shop.sub)
    assert (again.exit_code, "there was none" in again.stdout) == (0, True)
    assert [each.erased for each in shop.lambdas.values()] == [[shop.sub, shop.sub]] * 2


def test_erase_with_lost_answer_reports_deletion(shop: Shop) -> None:
    shop.pool.loses_answer = True
    done = run_ops("customer-erase", "--email", EMAIL, "--confirm", EMAIL)
    assert (done.exit_code, "account in the user pool: deleted" in done.stdout) == (0, True), done.output


def test_erase_of_impossible_user_id_changes_nothing(shop: Shop) -> None:
    refused = run_ops("customer-erase", "--sub", "no user", "--confirm", "no user")
    assert refused.exit_code == 2
    assert "'no user' is no user id" in refused.stderr
    assert shop.lambdas[HERE].erased == []


def test_erase_names_region_that_failed(shop: Shop) -> None:
    shop.lambdas[THERE].error = "no table"
    partly = run_ops("customer-erase", "--email", EMAIL, "--confirm", EMAIL)
    assert partly.exit_code == 1
    assert f"{THERE}: the function failed: no table" in partly.stderr
    assert not shop.pool.users


def test_erase_goes_on_without_lost_region(shop: Shop) -> None:
    shop.lambdas[THERE].is_lost = True
    partly = run_ops("customer-erase", "--email", EMAIL, "--confirm", EMAIL)
    assert partly.exit_code == 1
    assert f"{HERE}: 2 cart items deleted" in partly.stdout
    assert f"{THERE}: no answer" in partly.stderr
    assert shop.lambdas[HERE].erased == [shop.sub]


def test_export_without_lost_region_names_it(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def client(service: str, region: str, **_: Any) -> Any:
        if (service, region) == ("dynamodb", THERE):
            raise EndpointConnectionError(endpoint_url="https://dynamodb.example")
        return shop.client(service, region)

    monkeypatch.setattr(named_tables, "client", client)
    partly = run_ops("customer-export", "--email", EMAIL)
    assert partly.exit_code == 1
    assert list(json.loads(partly.stdout)["regions"]) == [HERE]
    assert f"{THERE}: no answer" in partly.stderr


def test_names_are_those_of_the_stacks() -> None:
    of = synthesis.shop(regions=REGIONS)
    named = NamedTables(Settings(**{**synthesis.ON_AWS, "regions": REGIONS})).regions[HERE]
    tables = {each.body["name"] for each in of["global"].resources("aws_dynamodb_table")}
    assert set(named.tables.values()) == tables
    (function,) = named.functions.values()
    limit = of[HERE].find("aws_lambda_function", function_name=function).body["timeout"]
    assert limit < named_tables.STOCK_FUNCTION_SECONDS


def test_erase_without_any_region_keeps_account(shop: Shop) -> None:
    for lost in shop.lambdas.values():
        lost.error = "no table"
    assert run_ops("customer-erase", "--email", EMAIL, "--confirm", EMAIL).exit_code == 1
    assert shop.pool.users


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("--email", "x", "--sub", "y"), 2),
        (("--email", '" or'), 2),
        (("--email", "no@example.com"), 1),
        (("--sub", "no user"), 2),
        (("--sub", "x" * 129), 2),
    ],
)
def test_customer_must_be_named(shop: Shop, arguments: tuple[str, ...], code: int) -> None:
    assert run_ops("customer-export", *arguments).exit_code == code
