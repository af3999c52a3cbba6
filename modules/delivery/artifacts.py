"""What the stages hand on to each other, and what builds remember."""

from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
)
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfigurationRule as Rule,
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

from modules.permissions import Permissions, Statement
from modules.suppression import AWS_HOLDS_THE_KEY, KEPT_AS_IS, LOGGED_ONCE, suppress


class Artifacts(Construct):
    """A private bucket that forgets: everything in it can be built again."""

    DAYS = 30
    CACHE = "cache"
    """The folder of the build cache."""

    def __init__(self, scope: Construct, id: str, *, name: str) -> None:
        super().__init__(scope, id)
        account = DataAwsCallerIdentity(self, "account").account_id
        bucket = S3Bucket(self, "bucket", bucket=f"{name}-delivery-{account}", force_destroy=True)
        suppress(bucket, "CKV_AWS_18", because=LOGGED_ONCE)
        suppress(bucket, "CKV_AWS_145", because=AWS_HOLDS_THE_KEY)
        suppress(bucket, "CKV_AWS_21", "CKV_AWS_144", "CKV2_AWS_62", because=KEPT_AS_IS)
        self.bucket: str = bucket.id
        """Its name."""
        self.arn: str = bucket.arn
        block = S3BucketPublicAccessBlock(
            self,
            "public-access",
            bucket=bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=bucket.id,
            rule=[EncryptionRule(apply_server_side_encryption_by_default={"sse_algorithm": "AES256"})],
        )
        S3BucketLifecycleConfiguration(
            self,
            "lifecycle",
            bucket=bucket.id,
            rule=[
                Rule(
                    id="forget",
                    status="Enabled",
                    filter=[Filter(prefix="")],
                    expiration=[Expiration(days=self.DAYS)],
                    abort_incomplete_multipart_upload=[AbortUploads(days_after_initiation=1)],
                )
            ],
        )
        S3BucketPolicy(
            self, "policy", bucket=bucket.id, policy=self._tls_only(bucket.arn), depends_on=[block]
        )

    def grant_read_write(self, permissions: Permissions) -> None:
        """Let a role read and write what is in it."""
        permissions.allow(
            Statement("Artifacts", ("s3:GetObject", "s3:PutObject"), (f"{self.arn}/*",)),
            Statement("FindArtifacts", ("s3:GetBucketLocation", "s3:ListBucket"), (self.arn,)),
        )

    def _tls_only(self, arn: str) -> str:
        document = DataAwsIamPolicyDocument(
            self,
            "tls-only",
            statement=[
                {
                    "sid": "TlsOnly",
                    "effect": "Deny",
                    "principals": [{"type": "AWS", "identifiers": ["*"]}],
                    "actions": ["s3:*"],
                    "resources": [arn, f"{arn}/*"],
                    "condition": [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}],
                }
            ],
        )
        policy: str = document.json
        return policy
