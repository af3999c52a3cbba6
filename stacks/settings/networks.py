"""CIDR blocks of the regions' VPCs: the defaults, distinct so that the networks can be peered, and the rules."""

from ipaddress import IPv4Network
from typing import Annotated

from pydantic import AfterValidator

_SPECIAL = {
    IPv4Network("0.0.0.0/8"): "hosts of the own network",
    IPv4Network("127.0.0.0/8"): "loopback",
    IPv4Network("169.254.0.0/16"): "link-local addresses",
    IPv4Network("224.0.0.0/4"): "multicast",
}
"""Blocks that no VPC can have, with their use.
https://www.iana.org/assignments/iana-ipv4-special-registry/"""
_REGIONS = (
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "me-west-1",
    "sa-west-1",
)
"""Append only: the position decides the block, and another block replaces a region's network."""


def default_cidr(region: str) -> str:
    """Return the /16 of a region: 10.16.0.0/16 for the first in the list.

    Raises:
        ValueError: the region is newer than the list; its block must be a setting.
    """
    if region not in _REGIONS:
        raise ValueError(f"set network_cidrs.{region}, a /16 that no other region uses: it has no default")
    return f"10.{16 + _REGIONS.index(region)}.0.0/16"


def _check_block(block: IPv4Network) -> IPv4Network:
    for special, use in _SPECIAL.items():
        if block.overlaps(special):
            raise ValueError(
                f"{special} is for {use}: use a private block such as '10.200.0.0/16', not '{block}'"
            )
    return block


VpcBlock = Annotated[IPv4Network, AfterValidator(_check_block)]
