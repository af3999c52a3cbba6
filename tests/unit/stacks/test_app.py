"""Properties of all stacks, independent of their modules."""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from main import main
from stacks.app import build
from stacks.emulator_drift import DRIFT
from stacks.settings import Settings
from tests.support.synthesis import CHANGED, EVERYTHING, LOCAL, ON_AWS, Resource, Shop, shop, synthesize

_NAMES = (
    "name",
    "bucket",
    "function_name",
    "replication_group_id",
    "alarm_name",
    "dashboard_name",
    "cluster_identifier",
    "global_cluster_identifier",
)
_NAMED_WITHIN_ANOTHER = {
    "aws_api_gateway_authorizer",
    "aws_api_gateway_model",
    "aws_api_gateway_request_validator",
    "aws_appautoscaling_policy",
    "aws_cloudwatch_log_stream",
    "aws_iam_role_policy",
    "aws_lambda_alias",
}
"""Types whose names are unique within their parent, not in the account."""


def everything(of: Shop) -> Iterator[tuple[str, Resource]]:
    for name, stack in of.stacks.items():
        for resource in stack.resources():
            yield name, resource


def ignored(resource: Resource) -> set[str]:
    return set(resource.body.get("lifecycle", {}).get("ignore_changes", ()))


def names(of: Shop) -> set[tuple[str, str]]:
    return {
        (resource.kind, resource.body[key])
        for _, resource in everything(of)
        if resource.kind not in _NAMED_WITHIN_ANOTHER
        for key in _NAMES
        if isinstance(resource.body.get(key), str) and "${" not in resource.body[key]
    }


def test_two_deployments_share_no_name() -> None:
    blue = names(shop(**EVERYTHING))
    green = names(shop(**EVERYTHING, environment="green", domain="green.example.com"))
    assert len(blue) > 40
    assert not blue & green


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the stacks of `shop()`, synthesized by this process."""
    return synthesize(Settings(**ON_AWS), tmp_path_factory.mktemp("synthesized")).folder


def test_synthesis_is_reproducible(synthesized: Path) -> None:
    first, second = (
        {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        for folder in (shop().folder, synthesized)
    )
    assert any(file.suffix == ".zip" for file in first)
    assert first == second


def test_main_without_web_build_exits_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("stacks.app.build", partial(build, web_dist=tmp_path))
    assert main() == 1
    assert capsys.readouterr().err == f"{tmp_path} contains no build of the storefront. Run: make web\n"


def test_regions_have_equal_archives() -> None:
    archives = {
        region: {
            file.name: file.read_bytes()
            for file in (shop().folder / "stacks" / f"bookstore-prod-{region}" / "archives").iterdir()
        }
        for region in ("eu-west-1", "ap-southeast-1")
    }
    assert archives["eu-west-1"] == archives["ap-southeast-1"]


@pytest.mark.usefixtures("synthesized")
def test_provider_package_not_executed() -> None:
    loaded = [name for name in sys.modules if name.startswith("cdktf_cdktf_provider_aws.")]
    assert 20 < len(loaded) < 400, "importing the package itself would load over 2,000"


def test_provider_has_no_endpoint() -> None:
    for of in (shop(), shop(**LOCAL)):
        for stack in of.stacks.values():
            for provider in stack.document["provider"]["aws"]:
                assert set(provider) <= {"region", "default_tags", "alias"}


@pytest.mark.parametrize("kind_with_drift", DRIFT)
def test_drift_ignored_on_emulator_only(kind_with_drift: Any) -> None:
    kind: str = kind_with_drift.TF_RESOURCE_TYPE

    def ignores_drift(resource: Resource) -> bool:
        return set(DRIFT[kind_with_drift]) <= ignored(resource)

    on_aws = [resource for _, resource in everything(shop(**EVERYTHING)) if resource.kind == kind]
    local = [resource for _, resource in everything(shop(**LOCAL)) if resource.kind == kind]
    assert on_aws
    assert local
    assert not any(map(ignores_drift, on_aws))
    assert all(map(ignores_drift, local))


def test_ignored_on_aws_stays_ignored_on_emulator() -> None:
    on_aws, local = shop(**EVERYTHING), shop(**LOCAL)
    for name, resource in everything(on_aws):
        there = local.stacks[name.replace(on_aws.name, local.name)].resources(resource.kind)
        for same in [each for each in there if each.id == resource.id]:
            assert ignored(resource) <= ignored(same), resource.address
    assert ignored(local["global"].resources("aws_dynamodb_table")[0]) == {"replica"}
    assert "replication_source_identifier" in ignored(local["eu-west-1-blog"].resources("aws_rds_cluster")[0])


def test_data_protected_on_aws_only() -> None:
    def protection(of: Shop) -> set[bool | str]:
        replicas = of["ap-southeast-1"].resources("aws_dynamodb_table_replica")
        tables = of["global"].resources("aws_dynamodb_table")
        return {each.body["deletion_protection_enabled"] for each in (*tables, *replicas)} | {
            of["global"].only("aws_cognito_user_pool")["deletion_protection"] == "ACTIVE"
        }

    assert protection(shop()) == {True}
    assert protection(shop(**LOCAL)) == {False}


def test_records_allow_overwrite() -> None:
    records = [
        record
        for stack in shop(**EVERYTHING).stacks.values()
        for record in stack.resources("aws_route53_record")
    ]
    assert records
    assert all(record.body["allow_overwrite"] is True for record in records)


def test_default_tags_name_the_deployment() -> None:
    for stack in shop(**CHANGED).stacks.values():
        for provider in stack.document["provider"]["aws"]:
            (default,) = provider["default_tags"]
            assert default["tags"] == {
                "Project": "bookstore",
                "Environment": "prod",
                "ManagedBy": "Terraform",
                "CostCenter": "books",
            }


def test_outputs_for_operators() -> None:
    assert set(shop()["global"].document["output"]) >= {
        "user_pool_id",
        "user_pool_client_id",
        "user_pool_region",
    }
    assert "zone_id" in shop()["dns"].document["output"]
    record = shop()["dns"].document["output"]["delegation"]
    assert (record["value"]["name"], record["value"]["type"]) == ("books.example.com", "NS")
    assert record["value"]["values"].endswith(".name_servers}")
    region = shop()["ap-southeast-1"].document["output"]
    assert region["region"]["value"] == "ap-southeast-1"
    assert region["api_domain"]["value"] == "api-ap-southeast-1.books.example.com"
    assert set(region["tables"]["value"]) == {"books", "cart", "orders", "stock"}
    assert region["functions"]["value"] == {
        short_name: f"bookstore-prod-{short_name}"
        for short_name in (
            "accounts",
            "bestsellers",
            "cart",
            "catalog",
            "health",
            "bestsellers-feeder",
            "bestsellers-rebuild",
            "orders",
            "pages",
            "search",
            "search-builder",
            "stock",
        )
    }
    assert set(region) >= {"api_id", "api_stage", "web_bucket"}
