"""Who asked CloudFront for what."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery import CloudwatchLogDelivery
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_destination import (
    CloudwatchLogDeliveryDestination,
)
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_destination import (
    CloudwatchLogDeliveryDestinationDeliveryDestinationConfiguration as DestinationConfiguration,
)
from cdktf_cdktf_provider_aws.cloudwatch_log_delivery_source import CloudwatchLogDeliverySource
from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocument,
)
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocumentStatement as Statement,
)
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocumentStatementCondition as Condition,
)
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocumentStatementPrincipals as Principals,
)
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRule as LifecycleRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload as AbortUploads,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleExpiration as Expiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleFilter as Filter,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
)
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationRuleA as EncryptionRule,
)
from constructs import Construct

from modules.suppression import AWS_HOLDS_THE_KEY, KEPT_AS_IS, LOGGED_ONCE, suppress


class AccessLogs(Construct):
    """Standard logging (v2) of a distribution into a bucket that forgets.

    Version 2, because the older kind wants a bucket with access control lists. CloudFront's log sources are
    in us-east-1, so `provider` must be of that region; the bucket is there too.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        distribution_arn: str,
        retention_days: int,
        disposable: bool,
        provider: TerraformProvider,
    ) -> None:
        super().__init__(scope, id)
        account = DataAwsCallerIdentity(self, "account", provider=provider).account_id
        bucket = S3Bucket(
            self, "bucket", bucket=f"{name}-cdn-logs-{account}", force_destroy=disposable, provider=provider
        )
        suppress(bucket, "CKV_AWS_18", because=LOGGED_ONCE)
        suppress(bucket, "CKV_AWS_145", because=AWS_HOLDS_THE_KEY)
        suppress(bucket, "CKV_AWS_21", "CKV_AWS_144", "CKV2_AWS_62", because=KEPT_AS_IS)
        S3BucketPublicAccessBlock(
            self,
            "public-access",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            provider=provider,
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=bucket.id,
            rule=[EncryptionRule(apply_server_side_encryption_by_default={"sse_algorithm": "AES256"})],
            provider=provider,
        )
        S3BucketLifecycleConfiguration(
            self,
            "lifecycle",
            bucket=bucket.id,
            rule=[
                LifecycleRule(
                    id="forget",
                    status="Enabled",
                    filter=[Filter(prefix="")],
                    expiration=[Expiration(days=retention_days)],
                    abort_incomplete_multipart_upload=[AbortUploads(days_after_initiation=1)],
                )
            ],
            provider=provider,
        )
        policy = S3BucketPolicy(
            self, "policy", bucket=bucket.id, policy=self._policy(bucket.arn, account).json, provider=provider
        )
        source = CloudwatchLogDeliverySource(
            self,
            "source",
            name=f"{name}-cdn",
            log_type="ACCESS_LOGS",
            resource_arn=distribution_arn,
            provider=provider,
        )
        destination = CloudwatchLogDeliveryDestination(
            self,
            "destination",
            name=f"{name}-cdn",
            output_format="json",
            delivery_destination_configuration=[
                DestinationConfiguration(destination_resource_arn=bucket.arn)
            ],
            provider=provider,
        )
        CloudwatchLogDelivery(
            self,
            "delivery",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.arn,
            depends_on=[policy],
            provider=provider,
        )

    def _policy(self, bucket_arn: str, account: str) -> DataAwsIamPolicyDocument:
        """Rule: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html."""
        return DataAwsIamPolicyDocument(
            self,
            "policy-document",
            statement=[
                Statement(
                    sid="TlsOnly",
                    effect="Deny",
                    principals=[Principals(type="AWS", identifiers=["*"])],
                    actions=["s3:*"],
                    resources=[bucket_arn, f"{bucket_arn}/*"],
                    condition=[Condition(test="Bool", variable="aws:SecureTransport", values=["false"])],
                ),
                Statement(
                    sid="LogDeliveryWrites",
                    principals=[Principals(type="Service", identifiers=["delivery.logs.amazonaws.com"])],
                    actions=["s3:PutObject"],
                    resources=[f"{bucket_arn}/AWSLogs/{account}/*"],
                    condition=[
                        Condition(
                            test="StringEquals",
                            variable="s3:x-amz-acl",
                            values=["bucket-owner-full-control"],
                        ),
                        Condition(test="StringEquals", variable="aws:SourceAccount", values=[account]),
                        Condition(
                            test="ArnLike",
                            variable="aws:SourceArn",
                            values=[f"arn:aws:logs:us-east-1:{account}:delivery-source:*"],
                        ),
                    ],
                ),
            ],
        )
