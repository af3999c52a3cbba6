"""Buckets of the storefront: one per region for the files, and one for CloudFront's access logs."""

from cdktf import TerraformProvider
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

from modules.permissions import Permissions
from modules.permissions import Statement as PolicyStatement
from modules.private_bucket import Expiring, PrivateBucket, Versioned


class WebBucket(Construct):
    """A private, versioned bucket that CloudFront distributions of this account can read.

    The policy is part of this construct and allows all of the account's distributions, because the distribution is in
    another stack. So a region can be changed while another region is unavailable.
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, disposable: bool, old_versions_days: int = 30
    ) -> None:
        """Create the bucket.

        Args:
            name: Name of the bucket without the account number.
            disposable: Whether Terraform may delete the bucket together with its objects.
            old_versions_days: How long replaced files can be restored.
        """
        super().__init__(scope, id)
        bucket = PrivateBucket(
            self, "bucket", name=name, content=Versioned(old_versions_days), disposable=disposable
        )
        bucket.allow(_cloudfront_reads(bucket))
        self.name = bucket.name
        """Name of the bucket."""
        self.arn = bucket.arn
        """ARN of the bucket."""

    def grant_read_page(self, permissions: Permissions) -> None:
        """Allow a role to read `index.html`.

        `s3:ListBucket` makes S3 answer 404 instead of 403 for a missing object:
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        """
        permissions.allow(
            PolicyStatement("ReadPage", ("s3:GetObject",), (f"{self.arn}/index.html",)),
            PolicyStatement("FindPage", ("s3:ListBucket",), (self.arn,)),
        )


class LogBucket(Construct):
    """A bucket for access logs of CloudFront, which expire. It is independent of the distribution's lifetime."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        retention_days: int,
        disposable: bool,
        provider: TerraformProvider,
    ) -> None:
        """Create the bucket `<name>-cdn-logs-<account>`.

        Args:
            name: Name of the deployment.
            retention_days: Age at which logs are deleted.
            disposable: Whether Terraform may delete the bucket together with its objects.
            provider: Provider of us-east-1, where CloudFront's log sources are.
        """
        super().__init__(scope, id)
        bucket = PrivateBucket(
            self,
            "bucket",
            name=f"{name}-cdn-logs",
            content=Expiring(retention_days),
            disposable=disposable,
            provider=provider,
        )
        bucket.allow(_log_delivery_writes(bucket))
        self.arn = bucket.arn
        """ARN of the bucket."""


def _cloudfront_reads(bucket: PrivateBucket) -> Statement:
    """Allow distributions to read and list.

    With ListBucket, S3 answers 404 for a missing file. Without it the answer is 403, as for a denied request.
    """
    distributions = f"arn:aws:cloudfront::{bucket.account_id}:distribution/*"
    return Statement(
        sid="CloudFrontReads",
        principals=[Principals(type="Service", identifiers=["cloudfront.amazonaws.com"])],
        actions=["s3:GetObject", "s3:ListBucket"],
        resources=[bucket.arn, f"{bucket.arn}/*"],
        condition=[Condition(test="ArnLike", variable="AWS:SourceArn", values=[distributions])],
    )


def _log_delivery_writes(bucket: PrivateBucket) -> Statement:
    """Rule: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html."""
    account = bucket.account_id
    return Statement(
        sid="LogDeliveryWrites",
        principals=[Principals(type="Service", identifiers=["delivery.logs.amazonaws.com"])],
        actions=["s3:PutObject"],
        resources=[f"{bucket.arn}/AWSLogs/{account}/*"],
        condition=[
            Condition(test="StringEquals", variable="s3:x-amz-acl", values=["bucket-owner-full-control"]),
            Condition(test="StringEquals", variable="aws:SourceAccount", values=[account]),
            Condition(
                test="ArnLike",
                variable="aws:SourceArn",
                values=[f"arn:aws:logs:us-east-1:{account}:delivery-source:*"],
            ),
        ],
    )
