"""A name in the zone of the shop."""

from typing import Any

from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct


class Record(Construct):
    """A record that may be written twice; `answer` is what Route53Record takes beside the inputs here.

    Where the answer to a first try is lost, the second must not find its own record in the way: neither would any
    apply after it. The zone is the shop's, so that nobody else's record is there to be overwritten.
    """

    def __init__(
        self, scope: Construct, id: str, *, zone_id: str, name: str, type: str, **answer: Any
    ) -> None:
        super().__init__(scope, id)
        Route53Record(self, "record", zone_id=zone_id, name=name, type=type, allow_overwrite=True, **answer)
