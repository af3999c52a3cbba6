"""The blog's REST API on the shop's own address, and what stands in for it while the blog is away."""

import json
from collections.abc import Sequence

from cdktf import ITerraformDependable
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

PATH = "wp-json/*"
LIST_OF_POSTS = "wp-json/wp/v2/posts"
"""What the storefront asks for, whatever the query."""
ORIGIN = "blog"
ORIGIN_GROUP = "blog-or-nothing"
AWAY = (500, 502, 503, 504)
"""Also what CloudFront makes of a connection that fails."""


class BlogPosts(Construct):
    """Parts of a distribution that cache the blog for a minute.

    A blog that is away is answered for by a file in the web bucket at the very path that was asked: a list without
    posts. So the storefront's page is whole, and no browser's console hears of an error.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, host: str, stand_in: str) -> None:
        """`host` is the blog's name; `stand_in` is the id of the origin whose bucket holds the empty list."""
        super().__init__(scope, id)
        self._policy = CloudfrontCachePolicy(
            self,
            "policy",
            name=f"{name}-blog-posts",
            comment="Kept as long as WordPress says, one copy for each query",
            min_ttl=0,
            default_ttl=60,
            max_ttl=3600,
            parameters_in_cache_key_and_forwarded_to_origin={
                "cookies_config": {"cookie_behavior": "none"},
                "headers_config": {"header_behavior": "none"},
                "query_strings_config": {"query_string_behavior": "all"},
                "enable_accept_encoding_brotli": True,
                "enable_accept_encoding_gzip": True,
            },
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
                # A shopper's page waits no longer than this for posts.
                "origin_read_timeout": 4,
                "origin_keepalive_timeout": 5,
            },
        )
        self.origin_group = OriginGroup(
            origin_id=ORIGIN_GROUP,
            failover_criteria={"status_codes": list(AWAY)},
            member=[Member(origin_id=ORIGIN), Member(origin_id=stand_in)],
        )

    def behaviour(self, response_headers_policy_id: str) -> CacheBehavior:
        """Read only, and never a visitor's cookies."""
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


def put_empty_list(scope: Construct, *, bucket: str, after: Sequence[ITerraformDependable]) -> None:
    """The answer that stands in for the blog."""
    S3Object(
        scope,
        "no-posts",
        bucket=bucket,
        key=LIST_OF_POSTS,
        content=json.dumps([]),
        content_type="application/json",
        # Short, so that posts are back soon after the blog is.
        cache_control="public, max-age=10",
        depends_on=list(after),
    )
