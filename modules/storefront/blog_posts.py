"""The blog's REST API on the storefront's domain, with a fallback while the blog is unavailable."""

import json

from cdktf_cdktf_provider_aws.cloudfront_cache_policy import CloudfrontCachePolicy
from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistributionOrderedCacheBehavior as CacheBehavior,
)
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

from modules.support.resources import DELETED_LAST

PATH = "wp-json/*"
LIST_OF_POSTS = "wp-json/wp/v2/posts"
"""Path that the storefront requests, with different queries."""
PARAMETERS = ("_fields", "book", "per_page")
"""The storefront's parameters (web/src/features/blog/wordpress.ts). CloudFront forwards no others, so that a search or
an unknown parameter does not reach WordPress on this way."""
ORIGIN = "blog"
ORIGIN_GROUP = "blog-or-nothing"
FAILOVER_STATUS_CODES = (500, 502, 503, 504)
"""CloudFront also uses them for a connection that fails."""


class BlogPosts(Construct):
    """Origin, origin group and behavior of a distribution that caches the blog for a minute.

    While the blog is unavailable, CloudFront serves a file of the web bucket at the same path: an empty list. So the
    storefront shows its page without an error in the browser's console.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, host: str, fallback: str) -> None:
        """Create the cache policy and the parts of the distribution.

        Args:
            name: Name of the deployment.
            host: Host name of the blog.
            fallback: ID of the origin whose bucket contains the empty list.
        """
        super().__init__(scope, id)
        self._policy = CloudfrontCachePolicy(
            self,
            "policy",
            name=f"{name}-blog-posts",
            comment="Kept as long as WordPress says, one copy for each query of the storefront",
            min_ttl=0,
            default_ttl=60,
            max_ttl=3600,
            parameters_in_cache_key_and_forwarded_to_origin={
                "cookies_config": {"cookie_behavior": "none"},
                "headers_config": {"header_behavior": "none"},
                "query_strings_config": {
                    "query_string_behavior": "whitelist",
                    "query_strings": {"items": list(PARAMETERS)},
                },
                "enable_accept_encoding_brotli": True,
                "enable_accept_encoding_gzip": True,
            },
            lifecycle=DELETED_LAST,
        )
        self.origin = Origin(
            origin_id=ORIGIN,
            domain_name=host,
            connection_attempts=1,
            connection_timeout=3,
            custom_origin_config={
                "http_port": 80,
                "https_port": 443,
                "origin_protocol_policy": "https-only",
                "origin_ssl_protocols": ["TLSv1.2"],
                # The longest time that a page waits for posts.
                "origin_read_timeout": 4,
                "origin_keepalive_timeout": 5,
            },
        )
        """The blog as an origin."""
        self.origin_group = OriginGroup(
            origin_id=ORIGIN_GROUP,
            failover_criteria={"status_codes": list(FAILOVER_STATUS_CODES)},
            member=[Member(origin_id=ORIGIN), Member(origin_id=fallback)],
        )
        """The blog with its fallback."""

    def behavior(self, response_headers_policy_id: str) -> CacheBehavior:
        """Return the cache behavior of the blog's paths: GET and HEAD only, without cookies."""
        return CacheBehavior(
            path_pattern=PATH,
            target_origin_id=ORIGIN_GROUP,
            viewer_protocol_policy="redirect-to-https",
            allowed_methods=["GET", "HEAD"],
            cached_methods=["GET", "HEAD"],
            compress=True,
            cache_policy_id=self._policy.id,
            response_headers_policy_id=response_headers_policy_id,
        )


def put_empty_list(scope: Construct, *, bucket: str) -> S3Object:
    """Upload the empty list of posts to a web bucket."""
    return S3Object(
        scope,
        "no-posts",
        bucket=bucket,
        key=LIST_OF_POSTS,
        content=json.dumps([]),
        content_type="application/json",
        # Short, so that posts appear soon after the blog is available again.
        cache_control="public, max-age=10",
    )
