"""Starts MiniStack with two mistakes of its Route 53 mended. It runs in the emulators' own environment.

MiniStack 1.5.33 forgets which checks a calculated health check watches, and writes booleans as Python does,
which boto3 reads as false. Without the first, no region would ever count as lost.
"""

from typing import Any
from xml.etree.ElementTree import Element

from ministack.app import main  # type: ignore[import-not-found]
from ministack.services import route53  # type: ignore[import-not-found]

_parse = route53._parse_health_check_config
_build = route53._build_health_check_el


def _parse_with_children(configuration: Element) -> dict[str, Any]:
    parsed: dict[str, Any] = _parse(configuration)
    if "ChildHealthChecks" in parsed:
        parsed["ChildHealthChecks"] = [
            child.text for child in configuration.iter() if child.tag.rpartition("}")[2] == "ChildHealthCheck"
        ]
    return parsed


def _build_as_xml(parent: Element, check: dict[str, Any]) -> None:
    _build(parent, check)
    for element in parent.iter():
        if element.text in ("True", "False"):
            element.text = element.text.lower()


route53._parse_health_check_config = _parse_with_children
route53._build_health_check_el = _build_as_xml

if __name__ == "__main__":
    main()
