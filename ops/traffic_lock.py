"""A lock in the hosted zone: one operator at a time decides which regions are evacuated.

Two operators who each check that another region serves, and then evacuate different regions, would leave none.
`evacuate` and `remove-region` hold the lock. `restore` needs none: it takes no region away. Route 53
applies a batch of changes as a whole and refuses to create a record that exists, so a record is a lock that does not
depend on any region.
https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
"""

import getpass
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from ops.errors import RefusedError

STALE_AFTER = timedelta(minutes=2)
"""An evacuation takes seconds. An older lock belongs to a command that was killed."""


@contextmanager
def traffic_lock(route53: Any, domain: str) -> Iterator[None]:
    """Hold the lock of `domain` during the body. Raises RefusedError while another operator holds it."""
    zone = _zone(route53, domain)
    record = _record(domain, f"{getpass.getuser()}@{socket.gethostname()} {datetime.now(UTC).isoformat()}")
    stale = _stale(route53, zone, domain)
    try:
        _change(route53, zone, *([("DELETE", stale)] if stale else []), ("CREATE", record))
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidChangeBatch":
            raise
        raise RefusedError(
            "another operator is moving traffic: check `make status`, then try again"
        ) from error
    try:
        yield
    finally:
        _change(route53, zone, ("DELETE", record))


def _zone(route53: Any, domain: str) -> str:
    zones = route53.list_hosted_zones_by_name(DNSName=domain)["HostedZones"]
    if not zones or zones[0]["Name"].rstrip(".") != domain:
        raise RefusedError(f"Route 53 has no zone {domain}: is it deployed? Run: make deploy")
    return str(zones[0]["Id"])


def _stale(route53: Any, zone: str, domain: str) -> dict[str, Any] | None:
    """The lock record of a command that was killed; None without one."""
    name = _name(domain)
    found = route53.list_resource_record_sets(HostedZoneId=zone, StartRecordName=name, StartRecordType="TXT")
    for record in found["ResourceRecordSets"]:
        if record["Name"].rstrip(".") == name:
            since = datetime.fromisoformat(record["ResourceRecords"][0]["Value"].strip('"').split()[-1])
            return (
                _record(domain, record["ResourceRecords"][0]["Value"].strip('"')) if _is_old(since) else None
            )
    return None


def _is_old(since: datetime) -> bool:
    return datetime.now(UTC) - since > STALE_AFTER


def _name(domain: str) -> str:
    return f"_traffic-lock.{domain}"


def _record(domain: str, owner: str) -> dict[str, Any]:
    return {"Name": _name(domain), "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": f'"{owner}"'}]}


def _change(route53: Any, zone: str, *changes: tuple[str, dict[str, Any]]) -> None:
    batch = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": batch})
