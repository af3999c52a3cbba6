"""The domain's zone, CloudFront's certificate, and the record that validates every certificate."""

from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from constructs import Construct

from modules.certificate import Certificate
from modules.support.suppression import DECIDED_BY_DOMAIN_OWNER, FEW_ADDRESSES, suppress
from stacks.base_stack import BaseStack, aws_provider
from stacks.settings import Settings


class DnsStack(BaseStack):
    """`<name>-dns`, in the first region; CloudFront's certificate is in us-east-1. It reads no other stack.

    Route 53 needs half a minute for the zone and another one for the record. The regions deploy meanwhile.
    """

    def __init__(self, scope: Construct, id: str, *, settings: Settings) -> None:
        super().__init__(scope, id, settings=settings, region=settings.primary)
        zone = Route53Zone(self, "zone", name=settings.domain, force_destroy=not settings.protected)
        suppress(zone, {"CKV2_AWS_38": DECIDED_BY_DOMAIN_OWNER, "CKV2_AWS_39": FEW_ADDRESSES})
        self.zone_id: str = zone.zone_id
        certificate = Certificate(
            self,
            "certificate",
            domain=settings.domain,
            provider=aws_provider(self, settings, "us-east-1", alias="us-east-1"),
        )
        self.certificate_arn = certificate.arn
        """CloudFront's. ACM issues it once the domain is delegated to the zone and has the validation record."""
        # It validates the certificates of the regions too.
        certificate.create_validation_record(self.zone_id)
        delegation = {"name": settings.domain, "type": "NS", "values": zone.name_servers}
        self.finish(
            {"zone_id": self.zone_id, "delegation": delegation},
            descriptions={
                "delegation": f"The record to create in the zone above {settings.domain}. "
                "ACM issues no certificate before."
            },
        )
