"""Fixes the response headers policies of MiniStack 1.5.33.

MiniStack returns an empty list of headers to remove when the policy has none. Terraform stores that list in its state.
Later updates then fail, because the provider sends an empty list without its length.
"""

from typing import Any
from xml.etree.ElementTree import Element

from ministack.services import cloudfront  # type: ignore[import-not-found]

_build = cloudfront._build_rhp_config_xml


def patch() -> None:
    """Omit the empty list, as CloudFront does."""
    cloudfront._build_rhp_config_xml = _build_without_empty_list
    cloudfront._RHP_SPEC["build_config"] = _build_without_empty_list


def _build_without_empty_list(parent: Element, configuration: dict[str, Any]) -> None:
    _build(parent, configuration)
    if not configuration["RemoveHeaders"]:
        for element in parent.findall("RemoveHeadersConfig"):
            parent.remove(element)
