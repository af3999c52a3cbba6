from pathlib import Path

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider

from modules.storefront import (
    LogBucket,
    RegionBucket,
    Site,
    Storefront,
    StorefrontOptions,
    WebBucket,
    WebFiles,
)


def example(stack: TerraformStack, dist: Path = Path("web/dist")) -> None:
    us_east_1 = AwsProvider(stack, "us-east-1", alias="us-east-1", region="us-east-1")
    logs = LogBucket(
        stack, "logs", name="books-prod", retention_days=30, disposable=False, provider=us_east_1
    )
    bucket = WebBucket(stack, "web", name="books-prod-web", disposable=False)
    WebFiles(stack, "files", dist=dist, bucket=bucket.name, domain="books.example.com")
    Storefront(
        stack,
        "storefront",
        buckets=[RegionBucket("eu-west-1", bucket.name)],
        site=Site(
            api="https://api.books.example.com/v1",
            regions={"eu-west-1": "https://api-eu-west-1.books.example.com/v1"},
            user_pool_region="eu-west-1",
            user_pool_id="eu-west-1_example",
            user_pool_client_id="example",
        ),
        dist=dist,
        us_east_1=us_east_1,
        options=StorefrontOptions(
            name="books-prod",
            domain="books.example.com",
            zone_id="Z0123456789EXAMPLE",
            certificate_arn="arn:aws:acm:us-east-1:111122223333:certificate/example",
            log_bucket_arn=logs.arn,
        ),
    )
