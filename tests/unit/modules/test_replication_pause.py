"""The experiment that pauses replication: only with its feature, and no wider than one region's tables."""

import pytest
from pydantic import ValidationError

from stacks.settings import Settings
from tests.support.synthesis import EVERYTHING, shop

TEMPLATE = "aws_fis_experiment_template"


def test_experiment_is_off_by_default() -> None:
    assert not list(shop()["eu-west-1"].resources(TEMPLATE))


@pytest.mark.parametrize("region", ["eu-west-1", "ap-southeast-1"])
def test_experiment_pauses_all_tables_of_region(region: str) -> None:
    stack = shop(**EVERYTHING)[region]
    template = stack.only(TEMPLATE)
    (action,), (target,) = template["action"], template["target"]
    assert action["action_id"] == "aws:dynamodb:global-table-pause-replication"
    assert action["target"] == {"key": "Tables", "value": target["name"]}
    tables = {f"${{data.{each.address}.arn}}" for each in stack.data("aws_dynamodb_table")}
    assert len(tables) == 4
    assert set(target["resource_arns"]) == tables


def test_experiment_ends_with_alarm() -> None:
    stack = shop(**EVERYTHING)["eu-west-1"]
    (stop,) = stack.only(TEMPLATE)["stop_condition"]
    alarm = stack.find("aws_cloudwatch_metric_alarm", alarm_name="bookstore-prod-api-errors")
    assert stop == {"source": "aws:cloudwatch:alarm", "value": f"${{{alarm.address}.arn}}"}


def test_experiment_of_one_region_does_not_exist() -> None:
    assert not list(shop(**EVERYTHING, regions=["eu-west-1"])["eu-west-1"].resources(TEMPLATE))


def test_experiment_without_alarms_is_rejected() -> None:
    with pytest.raises(ValidationError, match=r"needs features\.alarms"):
        Settings.model_validate(
            {"regions": ["eu-west-1"], "features": {"fault_injection": True, "alarms": False}}
        )
