"""CloudFront over the regions' copies of the storefront."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

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
from modules.storefront.replication import RegionBucket
from modules.support.suppression import OFF_FOR_ITS_PRICE, UNSEEN_BY_CHECKOV, suppress

# CloudFront's managed cache policies have the same ids in every account.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"

ORIGIN_GROUP = "regions"
FAILOVER_STATUS_CODES = (403, 404, 500, 502, 503, 504)
"""403 is a bucket that refuses, 404 a file that it should have: the other region may do better on each."""


class Distribution(Construct):
    """Serves the first region's bucket; turns to the second's, request by request, when the first one fails.

    An origin group has two members, no more and no fewer. Further regions keep a copy all the same: were one
    of the first two lost for good, moving another up in the settings is all it takes.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        aliases: Sequence[str],
        certificate_arn: str,
        buckets: Sequence[RegionBucket],
        content_security_policy: str,
        web_acl_arn: str | None,
        wait_for_deployment: bool,
        blog_host: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        origins = buckets[:2]
        blog = (
            BlogPosts(self, "blog", name=name, host=blog_host, stand_in=origins[0].region)
            if blog_host
            else None
        )
        groups = [_origin_group(origins)] if len(origins) > 1 else []
        headers = SecurityHeaders(
            self, "headers", name=name, content_security_policy=content_security_policy
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
            "route", name, "Sends the shop's own addresses to index.html and www to the bare domain"
        )
        encode = self._viewer_request(
            "encode", name, "Gives whoever takes Brotli the copy that the build compressed"
        )
        behaviour: dict[str, Any] = {
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
            aliases=list(aliases),
            default_root_object="index.html",
            origin=[*(_origin(bucket, access.id) for bucket in origins), *([blog.origin] if blog else [])],
            origin_group=[*groups, *([blog.origin_group] if blog else [])] or None,
            default_cache_behavior={
                **behaviour,
                "cache_policy_id": CACHING_DISABLED,
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
                    **behaviour,
                ),
                CacheBehavior(path_pattern=f"{HASHED}*", cache_policy_id=CACHING_OPTIMIZED, **behaviour),
                *([blog.behaviour(headers.id)] if blog else []),
            ],
            restrictions={"geo_restriction": {"restriction_type": "none"}},
            viewer_certificate={
                "acm_certificate_arn": certificate_arn,
                "ssl_support_method": "sni-only",
                "minimum_protocol_version": "TLSv1.2_2021",
            },
            web_acl_id=web_acl_arn,
            wait_for_deployment=wait_for_deployment,
        )
        reasons = {"CKV_AWS_86": UNSEEN_BY_CHECKOV, "CKV_AWS_374": "Books are sold everywhere"}
        if web_acl_arn is None:
            reasons |= dict.fromkeys(("CKV_AWS_68", "CKV2_AWS_47"), OFF_FOR_ITS_PRICE)
        suppress(self.resource, reasons)

    def _viewer_request(self, id: str, name: str, comment: str) -> CloudfrontFunction:
        """The function in the file that is called as it is."""
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
        # CloudFront's own defaults, three attempts of ten seconds, would keep a shopper waiting for half a
        # minute before the other region is asked.
        connection_attempts=1,
        connection_timeout=3,
    )


def _origin_group(buckets: Sequence[RegionBucket]) -> OriginGroup:
    return OriginGroup(
        origin_id=ORIGIN_GROUP,
        failover_criteria={"status_codes": list(FAILOVER_STATUS_CODES)},
        member=[Member(origin_id=bucket.region) for bucket in buckets],
    )
