"""The bucket of a region's copy of the storefront."""

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
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration as OldVersionExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import S3BucketOwnershipControls
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
)
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationRuleA as EncryptionRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import S3BucketVersioningA
from constructs import Construct

from modules.suppression import (
    AWS_HOLDS_THE_KEY,
    CHECKER_DOES_NOT_SEE,
    KEPT_AS_IS,
    LOGGED_ONCE,
    suppress,
)


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
        account = DataAwsCallerIdentity(self, "account")
        self._bucket = S3Bucket(
            self, "bucket", bucket=f"{name}-{account.account_id}", force_destroy=disposable
        )
        suppress(self._bucket, "CKV_AWS_18", because=LOGGED_ONCE)
        suppress(self._bucket, "CKV_AWS_145", because=AWS_HOLDS_THE_KEY)
        suppress(self._bucket, "CKV_AWS_144", because=CHECKER_DOES_NOT_SEE)
        suppress(self._bucket, "CKV2_AWS_62", because=KEPT_AS_IS)
        S3BucketOwnershipControls(
            self, "ownership", bucket=self._bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}
        )
        block = S3BucketPublicAccessBlock(
            self,
            "public-access",
            bucket=self._bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        # What is in it is sent to anyone who asks CloudFront: a KMS key would cost a dollar a month and a fee
        # for each cache miss in each region, and keep nothing secret.
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=self._bucket.id,
            rule=[EncryptionRule(apply_server_side_encryption_by_default={"sse_algorithm": "AES256"})],
        )
        versioning = S3BucketVersioningA(
            self, "versioning", bucket=self._bucket.id, versioning_configuration={"status": "Enabled"}
        )
        S3BucketLifecycleConfiguration(
            self,
            "lifecycle",
            bucket=self._bucket.id,
            rule=[
                LifecycleRule(
                    id="forget-old-versions",
                    status="Enabled",
                    filter=[Filter(prefix="")],
                    noncurrent_version_expiration=[
                        OldVersionExpiration(noncurrent_days=self.OLD_VERSIONS_DAYS)
                    ],
                    expiration=[Expiration(expired_object_delete_marker=True)],
                    abort_incomplete_multipart_upload=[AbortUploads(days_after_initiation=1)],
                )
            ],
            depends_on=[versioning],
        )
        S3BucketPolicy(
            self,
            "policy",
            bucket=self._bucket.id,
            policy=self._policy(account.account_id).json,
            depends_on=[block],
        )

    @property
    def name(self) -> str:
        """Name of the bucket."""
        return str(self._bucket.id)

    @property
    def arn(self) -> str:
        """ARN of the bucket."""
        return str(self._bucket.arn)

    @property
    def domain_name(self) -> str:
        """The bucket's regional host name, for CloudFront."""
        return str(self._bucket.bucket_regional_domain_name)

    def _policy(self, account_id: str) -> DataAwsIamPolicyDocument:
        everything = [self._bucket.arn, f"{self._bucket.arn}/*"]
        distributions = f"arn:aws:cloudfront::{account_id}:distribution/*"
        return DataAwsIamPolicyDocument(
            self,
            "policy-document",
            statement=[
                Statement(
                    sid="TlsOnly",
                    effect="Deny",
                    principals=[Principals(type="AWS", identifiers=["*"])],
                    actions=["s3:*"],
                    resources=everything,
                    condition=[Condition(test="Bool", variable="aws:SecureTransport", values=["false"])],
                ),
                Statement(
                    # ListBucket makes S3 answer 404 for a file that is not there. Without it the answer is
                    # 403, and a missing file could not be told from a bucket that refuses.
                    sid="CloudFrontReads",
                    principals=[Principals(type="Service", identifiers=["cloudfront.amazonaws.com"])],
                    actions=["s3:GetObject", "s3:ListBucket"],
                    resources=everything,
                    condition=[Condition(test="ArnLike", variable="AWS:SourceArn", values=[distributions])],
                ),
            ],
        )
