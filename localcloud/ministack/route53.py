"""Fixes four faults of MiniStack's Route 53.

MiniStack 1.5.33 drops the children of a calculated health check and the names of a check's regions, writes booleans in
Python's form (boto3 reads them as false), and lacks GetDNSSEC, which Terraform calls before it deletes a zone. Without
the first fix no region would ever count as lost, without the second every plan would change the health checks.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from ministack.services import route53  # type: ignore[import-not-found]

_parse = route53._parse_health_check_config
_build = route53._build_health_check_el
_handle = route53.handle_request
_DNSSEC = re.compile(r"/2013-04-01/hostedzone/[^/]+/dnssec")


def patch() -> None:
    """Replace MiniStack's functions."""
    route53._parse_health_check_config = _parse_with_lists
    route53._build_health_check_el = _build_as_xml
    route53.handle_request = _handle_with_dnssec


def _parse_with_lists(configuration: Element) -> dict[str, Any]:
    parsed: dict[str, Any] = _parse(configuration)
    for element in configuration:
        if (name := element.tag.rpartition("}")[2]) in ("ChildHealthChecks", "Regions"):
            parsed[name] = [child.text for child in element]
    return parsed


def _build_as_xml(parent: Element, check: dict[str, Any]) -> None:
    _build(parent, check)
    for element in parent.iter():
        if element.text in ("True", "False"):
            element.text = element.text.lower()


async def _handle_with_dnssec(method: str, path: str, *more: Any) -> Any:
    if method == "GET" and _DNSSEC.fullmatch(path):
        return route53._xml_response("GetDNSSECResponse", _unsigned)
    return await _handle(method, path, *more)


def _unsigned(root: Element) -> None:
    SubElement(SubElement(root, "Status"), "ServeSignature").text = "NOT_SIGNING"
    SubElement(root, "KeySigningKeys")
