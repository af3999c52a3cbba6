"""The bucket of a region's copy of the storefront."""

from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocumentStatement as Statement,
)
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocumentStatementCondition as Condition,
)
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocumentStatementPrincipals as Principals,
)
from constructs import Construct

from modules.private_bucket import PrivateBucket, Versioned


class WebBucket(Construct):
    """A private, versioned bucket that only this account's CloudFront distributions read.

    Its policy is here and not with the distribution, so that a region's state holds all of the region's
    bucket and can be changed while another region is away; hence it trusts the account's distributions, none
    by name.
    """

    OLD_VERSIONS_DAYS = 30
    """How long a replaced file can be brought back."""

    def __init__(self, scope: Construct, id: str, *, name: str, disposable: bool) -> None:
        """A `disposable` bucket is destroyed with what is in it. The account's number makes `name` unique."""
        super().__init__(scope, id)
        bucket = PrivateBucket(
            self, "bucket", name=name, content=Versioned(self.OLD_VERSIONS_DAYS), disposable=disposable
        )
        bucket.allow(_cloudfront_reads(bucket))
        self.name = bucket.name
        """Name of the bucket."""
        self.arn = bucket.arn
        """ARN of the bucket."""


def _cloudfront_reads(bucket: PrivateBucket) -> Statement:
    """ListBucket makes S3 answer 404 for a file that is not there.

    Without it the answer is 403, and a missing file could not be told from a bucket that refuses.
    """
    distributions = f"arn:aws:cloudfront::{bucket.account_id}:distribution/*"
    return Statement(
        sid="CloudFrontReads",
        principals=[Principals(type="Service", identifiers=["cloudfront.amazonaws.com"])],
        actions=["s3:GetObject", "s3:ListBucket"],
        resources=[bucket.arn, f"{bucket.arn}/*"],
        condition=[Condition(test="ArnLike", variable="AWS:SourceArn", values=[distributions])],
    )
