"""A CloudFront distribution with the regions' buckets as origins."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistribution,
)
from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistributionDefaultCacheBehaviorFunctionAssociation as FunctionAssociation,
)
from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistributionOrderedCacheBehavior as CacheBehavior,
)
from cdktf_cdktf_provider_aws.cloudfront_distribution import (
    CloudfrontDistributionOrderedCacheBehaviorFunctionAssociation as OrderedFunctionAssociation,
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
from cdktf_cdktf_provider_aws.cloudfront_function import CloudfrontFunction
from cdktf_cdktf_provider_aws.cloudfront_origin_access_control import CloudfrontOriginAccessControl
from constructs import Construct

from modules.storefront.blog_posts import BlogPosts
from modules.storefront.files import ENTRY, HASHED
from modules.storefront.headers import SecurityHeaders
from modules.storefront.pages import ORIGIN_GROUP as PAGES_GROUP
from modules.storefront.pages import Pages
from modules.storefront.replication import RegionBucket
from modules.support.suppression import OFF_FOR_ITS_PRICE, UNSEEN_BY_CHECKOV, suppress

# CloudFront's managed cache policies have the same ids in every account.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"

ORIGIN_GROUP = "regions"
FAILOVER_STATUS_CODES = (403, 404, 500, 502, 503, 504)
"""Also 403, for a bucket that denies access, and 404, for a missing file: the other bucket may have it."""


@dataclass(frozen=True)
class DistributionOptions:
    """Names, certificate and policies of a distribution."""

    name: str
    """Name of the deployment."""
    aliases: Sequence[str]
    """Host names."""
    certificate_arn: str
    """Issued certificate in us-east-1."""
    content_security_policy: str
    """Value of the `Content-Security-Policy` header."""
    web_acl_arn: str | None = None
    """Web ACL of the distribution."""
    managed_rules: bool = False
    """Whether the web ACL has AWS's managed rules."""
    wait_for_deployment: bool = True
    """Whether an apply waits until CloudFront has deployed the distribution."""
    blog_host: str | None = None
    """Host name of the blog whose posts are served too."""
    pages_host: str | None = None
    """Host name of the API that writes pages. None: every page is the bucket's `index.html`."""
    root_files: Sequence[str] = ()
    """Files at the root of the buckets, which are not pages."""


class Distribution(Construct):
    """Serves pages from the API, and files from the first region's bucket.

    The second region's bucket serves each request that fails there. An origin group has exactly two members. Further
    regions have a copy of the files too.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        buckets: Sequence[RegionBucket],
        options: DistributionOptions,
        after: Sequence[ITerraformDependable] = (),
    ) -> None:
        """Create the distribution.

        Args:
            buckets: Each region's bucket. The first two are origins.
            options: Names, certificate and policies.
            after: Files that must be in the buckets before the distribution serves them.
        """
        super().__init__(scope, id)
        name, blog_host = options.name, options.blog_host
        origins = buckets[:2]
        blog = (
            BlogPosts(self, "blog", name=name, host=blog_host, fallback=origins[0].region)
            if blog_host
            else None
        )
        pages = (
            # Not the first bucket: a broken one may be why that region's function has no page.
            Pages(self, "pages", name=name, host=options.pages_host, fallback=origins[-1].region)
            if options.pages_host
            else None
        )
        groups = [_origin_group(origins)] if len(origins) > 1 else []
        headers = SecurityHeaders(
            self, "headers", name=name, content_security_policy=options.content_security_policy
        ).policy
        access = CloudfrontOriginAccessControl(
            self,
            "access",
            name=f"{name}-web",
            origin_access_control_origin_type="s3",
            signing_behavior="always",
            signing_protocol="sigv4",
        )
        route = self._viewer_request(
            "route", name, "Rewrites the storefront's paths to index.html and redirects www"
        )
        encode = self._viewer_request(
            "encode", name, "Serves the build's Brotli file to browsers that accept it"
        )
        behavior: dict[str, Any] = {
            "target_origin_id": ORIGIN_GROUP if len(origins) > 1 else origins[0].region,
            "viewer_protocol_policy": "redirect-to-https",
            "allowed_methods": ["GET", "HEAD"],
            "cached_methods": ["GET", "HEAD"],
            "compress": True,
            "response_headers_policy_id": headers.id,
        }
        self.resource = CloudfrontDistribution(
            self,
            "distribution",
            comment=f"{name} storefront",
            enabled=True,
            is_ipv6_enabled=True,
            http_version="http2and3",
            price_class="PriceClass_All",
            aliases=list(options.aliases),
            default_root_object="index.html",
            origin=[
                *(_origin(bucket, access.id) for bucket in origins),
                *(other.origin for other in (blog, pages) if other),
            ],
            origin_group=[*groups, *(other.origin_group for other in (blog, pages) if other)] or None,
            default_cache_behavior={
                **behavior,
                **({"target_origin_id": PAGES_GROUP} if pages else {}),
                "cache_policy_id": pages.cache_policy_id if pages else CACHING_DISABLED,
                "function_association": [
                    FunctionAssociation(event_type="viewer-request", function_arn=route.arn)
                ],
            },
            ordered_cache_behavior=[
                CacheBehavior(
                    path_pattern=f"{ENTRY}*",
                    cache_policy_id=CACHING_OPTIMIZED,
                    function_association=[
                        OrderedFunctionAssociation(event_type="viewer-request", function_arn=encode.arn)
                    ],
                    **behavior,
                ),
                CacheBehavior(path_pattern=f"{HASHED}*", cache_policy_id=CACHING_OPTIMIZED, **behavior),
                *(
                    CacheBehavior(path_pattern=file, cache_policy_id=CACHING_DISABLED, **behavior)
                    for file in options.root_files
                ),
                *([blog.behavior(headers.id)] if blog else []),
            ],
            restrictions={"geo_restriction": {"restriction_type": "none"}},
            viewer_certificate={
                "acm_certificate_arn": options.certificate_arn,
                "ssl_support_method": "sni-only",
                "minimum_protocol_version": "TLSv1.2_2021",
            },
            web_acl_id=options.web_acl_arn,
            wait_for_deployment=options.wait_for_deployment,
            depends_on=list(after) or None,
        )
        """The CloudFront distribution."""
        reasons = {"CKV_AWS_86": UNSEEN_BY_CHECKOV, "CKV_AWS_374": "The bookstore sells to all countries"}
        if not options.managed_rules:
            reasons["CKV2_AWS_47"] = OFF_FOR_ITS_PRICE
        if options.web_acl_arn is None:
            reasons["CKV_AWS_68"] = OFF_FOR_ITS_PRICE
        suppress(self.resource, reasons)

    def _viewer_request(self, id: str, name: str, comment: str) -> CloudfrontFunction:
        """Create the CloudFront function with the code in `<id>.js`."""
        return CloudfrontFunction(
            self,
            id,
            name=f"{name}-{id}",
            runtime="cloudfront-js-2.0",
            comment=comment,
            code=Path(__file__).with_name(f"{id}.js").read_text(encoding="utf-8"),
            publish=True,
        )


def _origin(bucket: RegionBucket, access_control_id: str) -> Origin:
    return Origin(
        origin_id=bucket.region,
        domain_name=bucket.domain_name,
        origin_access_control_id=access_control_id,
        # With CloudFront's defaults, three attempts of ten seconds, a shopper would wait half a minute for the
        # other region.
        connection_attempts=1,
        connection_timeout=3,
    )


def _origin_group(buckets: Sequence[RegionBucket]) -> OriginGroup:
    return OriginGroup(
        origin_id=ORIGIN_GROUP,
        failover_criteria={"status_codes": list(FAILOVER_STATUS_CODES)},
        member=[Member(origin_id=bucket.region) for bucket in buckets],
    )
