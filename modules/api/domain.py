"""Custom domain names of an API."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.apigatewayv2_api_mapping import Apigatewayv2ApiMapping
from cdktf_cdktf_provider_aws.apigatewayv2_domain_name import Apigatewayv2DomainName
from constructs import Construct


@dataclass(frozen=True)
class ApiDomain:
    """A host name and the target of its DNS alias."""

    name: str
    """Host name."""
    target_domain_name: str
    """API Gateway's name for it."""
    target_zone_id: str
    """Hosted zone of API Gateway's name."""


class CustomDomain(Construct):
    """Serves a stage at `https://<host>/v1`, with TLS 1.2 or later.

    The v2 resources support REST APIs too, and Terraform can update them in place.
    """

    BASE_PATH = "v1"

    def __init__(
        self, scope: Construct, id: str, *, host: str, certificate_arn: str, api_id: str, stage: str
    ) -> None:
        """Create the domain name and map it to the stage.

        Args:
            host: Host name.
            certificate_arn: Issued certificate that covers the host name.
            api_id: REST API.
            stage: Stage of the API.
        """
        super().__init__(scope, id)
        self._host = host
        self._domain = Apigatewayv2DomainName(
            self,
            "domain",
            domain_name=host,
            domain_name_configuration={
                "certificate_arn": certificate_arn,
                "endpoint_type": "REGIONAL",
                "security_policy": "TLS_1_2",
            },
        )
        Apigatewayv2ApiMapping(
            self,
            "mapping",
            domain_name=self._domain.domain_name,
            api_id=api_id,
            stage=stage,
            api_mapping_key=self.BASE_PATH,
        )

    @property
    def as_target(self) -> ApiDomain:
        """Host name and alias target for DNS records."""
        configuration = self._domain.domain_name_configuration
        return ApiDomain(self._host, configuration.target_domain_name, configuration.hosted_zone_id)
