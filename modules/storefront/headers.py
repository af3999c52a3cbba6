"""Security headers of the storefront."""

from cdktf_cdktf_provider_aws.cloudfront_response_headers_policy import (
    CloudfrontResponseHeadersPolicy,
)
from cdktf_cdktf_provider_aws.cloudfront_response_headers_policy import (
    CloudfrontResponseHeadersPolicyCustomHeadersConfigItems as CustomHeader,
)
from constructs import Construct

from modules.support.suppression import DECIDED_BY_DOMAIN_OWNER, suppress

TWO_YEARS = 63_072_000
"""Seconds. The HSTS preload list recommends two years."""


class SecurityHeaders(Construct):
    """The response headers policy of all behaviors. It overrides the headers of the origins."""

    def __init__(self, scope: Construct, id: str, *, name: str, content_security_policy: str) -> None:
        """Create the policy.

        Args:
            name: Name of the deployment.
            content_security_policy: Value of the `Content-Security-Policy` header.
        """
        super().__init__(scope, id)
        self.policy = CloudfrontResponseHeadersPolicy(
            self,
            "policy",
            name=f"{name}-security",
            comment="HSTS, CSP and the like",
            security_headers_config={
                "strict_transport_security": {
                    "access_control_max_age_sec": TWO_YEARS,
                    "include_subdomains": True,
                    "override": True,
                },
                "content_security_policy": {
                    "content_security_policy": content_security_policy,
                    "override": True,
                },
                "content_type_options": {"override": True},
                "frame_options": {"frame_option": "DENY", "override": True},
                "referrer_policy": {"referrer_policy": "strict-origin-when-cross-origin", "override": True},
            },
            custom_headers_config={
                "items": [
                    CustomHeader(
                        header="Permissions-Policy",
                        value="camera=(), geolocation=(), microphone=(), payment=(), usb=()",
                        override=True,
                    ),
                    CustomHeader(header="Cross-Origin-Opener-Policy", value="same-origin", override=True),
                ]
            },
        )
        suppress(self.policy, {"CKV_AWS_259": DECIDED_BY_DOMAIN_OWNER})
