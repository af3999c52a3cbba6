"""Three mistakes of MiniStack's Route 53, mended.

MiniStack 1.5.33 forgets which checks a calculated health check watches, and writes booleans as Python does,
which boto3 reads as false. Without the first, no region would ever count as lost. Nor does it know DNSSEC, which
Terraform asks about before it deletes a zone.
"""

import re
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from ministack.services import route53  # type: ignore[import-not-found]

_parse = route53._parse_health_check_config
_build = route53._build_health_check_el
_handle = route53.handle_request
_DNSSEC = re.compile(r"/2013-04-01/hostedzone/[^/]+/dnssec")


def mend() -> None:
    """Put the mended functions in the place of MiniStack's."""
    route53._parse_health_check_config = _parse_with_children
    route53._build_health_check_el = _build_as_xml
    route53.handle_request = _handle_with_dnssec


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


async def _handle_with_dnssec(method: str, path: str, *more: Any) -> Any:
    if method == "GET" and _DNSSEC.fullmatch(path):
        return route53._xml_response("GetDNSSECResponse", _unsigned)
    return await _handle(method, path, *more)


def _unsigned(root: Element) -> None:
    SubElement(SubElement(root, "Status"), "ServeSignature").text = "NOT_SIGNING"
    SubElement(root, "KeySigningKeys")
