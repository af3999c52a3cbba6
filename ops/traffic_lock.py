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
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ops.errors import RefusedError

STALE_AFTER = timedelta(minutes=2)
"""An evacuation takes seconds. An older lock belongs to a command that was killed."""


@contextmanager
def traffic_lock(route53: Any, domain: str) -> Iterator[None]:
    """Hold the lock of `domain` during the body. Raises RefusedError while another operator holds it."""
    zone = _zone(route53, domain)
    record = _record(domain, f"{getpass.getuser()}@{socket.gethostname()} {datetime.now(UTC).isoformat()}")
    _create(route53, zone, domain, record)
    try:
        yield
    finally:
        _delete(route53, zone, record)


def _create(route53: Any, zone: str, domain: str, record: dict[str, Any]) -> None:
    """Create the lock record, in place of one of a command that was killed.

    Raises RefusedError if another command has one, and botocore's errors.
    """
    found = _read(route53, zone, domain)
    stale = [("DELETE", found)] if found and _is_old(found) else []
    try:
        _change(route53, zone, *stale, ("CREATE", record))
    except (BotoCoreError, ClientError) as error:
        if not isinstance(error, ClientError) or error.response["Error"]["Code"] != "InvalidChangeBatch":
            # The record may have been created, and would refuse the next command.
            _delete(route53, zone, record)
            raise
        # botocore sends a request again if its answer is lost. The record is then there already.
        if _read(route53, zone, domain) != record:
            raise RefusedError(
                "another operator is moving traffic: check `make status`, then try again"
            ) from error


def _delete(route53: Any, zone: str, record: dict[str, Any]) -> None:
    """Delete the lock record, unless it is gone, or another command has replaced it as stale.

    Ignores all errors of Route 53: what the command did under the lock is done, and a record that stays is stale soon.
    """
    with suppress(BotoCoreError, ClientError):
        _change(route53, zone, ("DELETE", record))


def _zone(route53: Any, domain: str) -> str:
    zones = route53.list_hosted_zones_by_name(DNSName=domain)["HostedZones"]
    if not zones or zones[0]["Name"].rstrip(".") != domain:
        raise RefusedError(f"Route 53 has no zone {domain}: is it deployed? Run: make deploy")
    return str(zones[0]["Id"])


def _read(route53: Any, zone: str, domain: str) -> dict[str, Any] | None:
    """The lock record; None without one. Route 53 returns also a record that its servers do not have yet.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
    """
    name = _name(domain)
    found = route53.list_resource_record_sets(HostedZoneId=zone, StartRecordName=name, StartRecordType="TXT")
    for record in found["ResourceRecordSets"]:
        if record["Name"].rstrip(".") == name:
            return _record(domain, _owner(record))
    return None


def _is_old(record: dict[str, Any]) -> bool:
    since = datetime.fromisoformat(_owner(record).split()[-1])
    return datetime.now(UTC) - since > STALE_AFTER


def _owner(record: dict[str, Any]) -> str:
    """The operator who created the lock record, and the time."""
    return str(record["ResourceRecords"][0]["Value"]).strip('"')


def _name(domain: str) -> str:
    return f"_traffic-lock.{domain}"


def _record(domain: str, owner: str) -> dict[str, Any]:
    return {"Name": _name(domain), "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": f'"{owner}"'}]}


def _change(route53: Any, zone: str, *changes: tuple[str, dict[str, Any]]) -> None:
    batch = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": batch})
