"""Fixes the alarms that MiniStack 1.5.33 describes in XML, the protocol of Terraform's provider.

It omits their actions, description, dimensions, period, statistic and treatment of missing data, which it stores and
returns in JSON. Every plan would change every alarm.
"""

import json
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from ministack.services import cloudwatch  # type: ignore[import-not-found]

_describe = cloudwatch._describe_alarms
OF_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit")
"""Members of an alarm of one metric. CloudWatch omits them for an alarm of metric queries."""


def patch() -> None:
    """Replace MiniStack's function."""
    cloudwatch._describe_alarms = _describe_completely


def _describe_completely(
    params: dict[str, Any], body: dict[str, Any], is_cbor: bool, is_json: bool = False
) -> Any:
    if is_cbor or is_json:
        return _describe(params, body, is_cbor, is_json)
    status, _, content = _describe(params, _request(params), False, True)
    if status != 200:
        return _describe(params, body, is_cbor, is_json)
    found = json.loads(content)
    result = Element("DescribeAlarmsResult")
    for kind in ("MetricAlarms", "CompositeAlarms"):
        _write(result, kind, [_described(alarm) for alarm in found[kind]])
    if token := found.get("NextToken"):
        _write(result, "NextToken", token)
    return cloudwatch._xml(200, "DescribeAlarmsResponse", tostring(result, encoding="unicode"))


def _request(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a query as the JSON protocol has them."""

    def items(name: str) -> list[str]:
        found: list[str] = []
        while value := cloudwatch._p(params, f"{name}.member.{len(found) + 1}"):
            found.append(value)
        return found

    lists = {name: items(name) for name in ("AlarmNames", "AlarmTypes")}
    texts = {
        name: cloudwatch._p(params, name)
        for name in ("AlarmNamePrefix", "StateValue", "MaxRecords", "NextToken")
    }
    return {name: value for name, value in {**lists, **texts}.items() if value}


def _described(alarm: dict[str, Any]) -> dict[str, Any]:
    is_of_one_metric = "AlarmRule" in alarm or alarm.get("MetricName")
    return {
        name: value
        for name, value in alarm.items()
        if value is not None
        and not name.endswith("Timestamp")  # numbers in JSON, texts in XML; nothing here reads them
        and (is_of_one_metric or name not in OF_ONE_METRIC)
        and not (
            name == "Statistic" and alarm.get("ExtendedStatistic")
        )  # MiniStack has an average beside a percentile
    }


def _write(parent: Element, name: str, value: Any) -> None:
    element = SubElement(parent, name)
    if isinstance(value, list):
        for item in value:
            _write(element, "member", item)
    elif isinstance(value, dict):
        for inner, content in value.items():
            _write(element, inner, content)
    else:
        element.text = str(value).lower() if isinstance(value, bool) else str(value)
