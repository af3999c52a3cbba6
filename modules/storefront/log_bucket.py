"""Where CloudFront's log goes."""

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

from modules.private_bucket import Expiring, PrivateBucket


class LogBucket(Construct):
    """A bucket that AWS's log delivery writes to, and that forgets.

    CloudFront's log sources are in us-east-1, so `provider` must be of that region. The bucket needs no
    distribution to be there, and outlives one that is made anew.
    """

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
