"""The storefront's pages from the API, with the bucket's plain `index.html` while no region answers."""

from cdktf_cdktf_provider_aws.cloudfront_cache_policy import CloudfrontCachePolicy
from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistributionOrigin as Origin,
)
from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistributionOriginGroup as OriginGroup,
)
from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistributionOriginGroupMember as Member,
)
from cdktf_cdktf_provider_aws.s3_object import S3Object
from constructs import Construct

ORIGIN = "pages"
ORIGIN_GROUP = "pages-or-index"
FAILOVER_STATUS_CODES = (403, 429, 500, 502, 503, 504)
"""Not 404: that is the answer for an unknown page. 403 is API Gateway's answer for a region without the API."""


class Pages(Construct):
    """Origin, origin group and cache policy of a distribution's default behavior.

    route.js turns each address of the storefront into `/index.html?path=<address>&language=<language>`. The API reads
    the query, and S3 ignores it.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, host: str, fallback: str) -> None:
        """Create the cache policy and the parts of the distribution.

        Args:
            name: Name of the deployment.
            host: Host name of the API, which Route 53 answers with a healthy region.
            fallback: ID of the origin whose bucket has `index.html`.
        """
        super().__init__(scope, id)
        self.cache_policy_id: str = CloudfrontCachePolicy(
            self,
            "policy",
            name=f"{name}-pages",
            comment="Kept as long as the function says, one copy for each page and language",
            min_ttl=0,
            default_ttl=0,
            max_ttl=3600,
            parameters_in_cache_key_and_forwarded_to_origin={
                "cookies_config": {"cookie_behavior": "none"},
                "headers_config": {"header_behavior": "none"},
                "query_strings_config": {
                    "query_string_behavior": "whitelist",
                    "query_strings": {"items": ["language", "part", "path"]},
                },
                "enable_accept_encoding_brotli": True,
                "enable_accept_encoding_gzip": True,
            },
        ).id
        """Cache policy: the query is part of the key."""
        self.origin = Origin(
            origin_id=ORIGIN,
            domain_name=host,
            origin_path="/v1/pages",
            connection_attempts=1,
            connection_timeout=3,
            custom_origin_config={
                "http_port": 80,
                "https_port": 443,
                "origin_protocol_policy": "https-only",
                "origin_ssl_protocols": ["TLSv1.2"],
                # The longest time that a shopper waits before the plain page comes from the bucket.
                "origin_read_timeout": 4,
                "origin_keepalive_timeout": 5,
            },
        )
        """The API's pages as an origin."""
        self.origin_group = OriginGroup(
            origin_id=ORIGIN_GROUP,
            failover_criteria={"status_codes": list(FAILOVER_STATUS_CODES)},
            member=[Member(origin_id=ORIGIN), Member(origin_id=fallback)],
        )
        """The API's pages with their fallback."""


def put_robots(scope: Construct, *, bucket: str, domain: str) -> S3Object:
    """Upload robots.txt, which names the sitemap, to a web bucket."""
    private = ("account", "cart", "checkout", "forgot", "orders", "sign-in", "sign-up")
    lines = [
        "User-agent: *",
        *(f"Disallow: /{page}" for page in private),
        f"Sitemap: https://{domain}/sitemap.xml",
    ]
    return S3Object(
        scope,
        "robots",
        bucket=bucket,
        key="robots.txt",
        content="\n".join(lines) + "\n",
        content_type="text/plain; charset=utf-8",
        cache_control="public, max-age=3600",
    )
