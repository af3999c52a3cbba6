"""TLS certificates of a domain in several regions, validated by one DNS record."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from constructs import Construct

from modules.support.resources import Record
from modules.support.suppression import suppress


class Certificate(Construct):
    """A certificate for a domain and all names one level below it, in the region of its provider."""

    def __init__(
        self, scope: Construct, id: str, *, domain: str, provider: TerraformProvider | None = None
    ) -> None:
        """Request the certificate.

        Args:
            domain: Domain of the certificate. `*.<domain>` is its alternative name.
            provider: Provider of the certificate's region, by default the stack's.
        """
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
                "CKV2_AWS_71": "Each region has names below the domain. A wildcard needs one validation record for "
                "all regions, so adding a region changes none of the others"
            },
        )
        self.arn: str = self._certificate.arn
        """ARN of the certificate, which may not have been issued yet."""

    def create_validation_record(self, zone_id: str) -> None:
        """Create the DNS record that ACM checks, in the zone of the domain.

        One record validates the certificates of all regions: a wildcard uses the record of the name above it, and the
        record depends only on domain and account
        (https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html).
        """
        option = self._certificate.domain_validation_options.get(0)
        Record(
            self,
            "proof",
            zone_id=zone_id,
            name=option.resource_record_name,
            type=option.resource_record_type,
            records=[option.resource_record_value],
            ttl=300,
        )


class IssuedCertificate(Construct):
    """Waits until a certificate is issued. This takes minutes after the domain is delegated to the zone."""

    def __init__(
        self, scope: Construct, id: str, *, certificate_arn: str, provider: TerraformProvider | None = None
    ) -> None:
        """Wait for the certificate.

        Args:
            certificate_arn: ARN of the requested certificate.
            provider: Provider of the certificate's region, by default the stack's.
        """
        super().__init__(scope, id)
        self._issued = AcmCertificateValidation(
            self, "issued", certificate_arn=certificate_arn, provider=provider
        )
        self.arn: str = self._issued.certificate_arn
        """ARN of the issued certificate."""
