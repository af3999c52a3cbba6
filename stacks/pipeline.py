"""The pipeline of an environment, from its settings."""

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.cloudfront_distribution import CloudfrontDistribution

from modules.delivery import CodeCommit, Delivery, GitHub, Site

if TYPE_CHECKING:
    from stacks.edge_stack import EdgeStack
    from stacks.settings import Settings


def deliver(stack: "EdgeStack", settings: "Settings", distribution: CloudfrontDistribution) -> None:
    """Give the environment a pipeline that puts the storefront into the primary region's bucket.

    Raises ValueError without a storefront.
    """
    chosen = settings.delivery
    kind = GitHub if chosen.source == "github" else CodeCommit
    bucket = stack.regions[settings.primary].web_bucket
    if bucket is None:
        raise ValueError("there is no storefront to deliver: the settings should have refused this")
    Delivery(
        stack,
        "delivery",
        name=settings.name,
        source=kind(chosen.repository or settings.project, chosen.branch),
        site=Site(
            bucket=bucket.name,
            bucket_arn=bucket.arn,
            distribution_id=distribution.id,
            distribution_arn=distribution.arn,
        ),
        emails=settings.observability.emails,
        log_retention_days=settings.log_retention_days,
    )
