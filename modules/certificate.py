"""TLS certificates of the shop's domain, and the one DNS record that proves the domain to all of them."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from constructs import Construct

from modules.support.resources import Record
from modules.support.suppression import suppress


class Certificate(Construct):
    """A certificate for the domain and every name one level below it, in the region of its provider."""

    def __init__(
        self, scope: Construct, id: str, *, domain: str, provider: TerraformProvider | None = None
    ) -> None:
        super().__init__(scope, id)
        self._certificate = AcmCertificate(
            self,
            "certificate",
            domain_name=domain,
            subject_alternative_names=[f"*.{domain}"],
            validation_method="DNS",
            provider=provider,
            lifecycle={"create_before_destroy": True},
        )
        suppress(
            self._certificate,
            {
                "CKV2_AWS_71": "Every region has names of its own below the domain; one wildcard is proved by one "
                "record for all of them, and a region is added without touching the others"
            },
        )
        self.arn: str = self._certificate.arn
        """Of a certificate that may not be issued yet."""

    def prove_by(self, zone_id: str) -> None:
        """Put the record into the zone that ACM wants to find there.

        One record is enough. A wildcard is proved by the record of the name that it stands below, and the
        record depends on the domain and the account only, so that the certificates of all regions find it too
        (https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html).
        """
        wanted = self._certificate.domain_validation_options.get(0)
        Record(
            self,
            "proof",
            zone_id=zone_id,
            name=wanted.resource_record_name,
            type=wanted.resource_record_type,
            records=[wanted.resource_record_value],
            ttl=300,
        )


class IssuedCertificate(Construct):
    """Waits until a certificate is issued, which takes minutes once the domain is delegated to the zone."""

    def __init__(
        self, scope: Construct, id: str, *, certificate_arn: str, provider: TerraformProvider | None = None
    ) -> None:
        super().__init__(scope, id)
        self._issued = AcmCertificateValidation(
            self, "issued", certificate_arn=certificate_arn, provider=provider
        )
        self.arn: str = self._issued.certificate_arn
        """Of a certificate that can be served."""
