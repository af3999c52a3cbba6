"""Response headers policies of MiniStack 1.5.33, mended.

It answers with an empty list of headers to remove where none was asked for. Terraform takes that for a part of the
policy, and can never change the policy again: an update with an empty list lacks the list's length.
"""

from typing import Any
from xml.etree.ElementTree import Element

from ministack.services import cloudfront  # type: ignore[import-not-found]

_build = cloudfront._build_rhp_config_xml


def mend() -> None:
    """Leave the empty list out, as CloudFront does."""
    cloudfront._build_rhp_config_xml = _build_without_empty_list
    cloudfront._RHP_SPEC["build_config"] = _build_without_empty_list


def _build_without_empty_list(parent: Element, configuration: dict[str, Any]) -> None:
    _build(parent, configuration)
    if not configuration["RemoveHeaders"]:
        for element in parent.findall("RemoveHeadersConfig"):
            parent.remove(element)
