"""The bucket for a region's media: a task keeps nothing itself."""

from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
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

from modules.permissions import Permissions, Statement
from modules.suppression import (
    AWS_HOLDS_THE_KEY,
    CHECKER_DOES_NOT_SEE,
    KEPT_AS_IS,
    LOGGED_ONCE,
    suppress,
)


class Uploads(Construct):
    """Private, versioned, TLS only. WordPress hands out what is in it, so no browser ever asks S3."""

    OLD_VERSIONS_DAYS = 30
    """How long a file that was removed can be brought back."""

    def __init__(self, scope: Construct, id: str, *, name: str, disposable: bool) -> None:
        """A `disposable` bucket is destroyed with what is in it. The account's number makes `name` unique."""
        super().__init__(scope, id)
        account = DataAwsCallerIdentity(self, "account")
        bucket = S3Bucket(self, "bucket", bucket=f"{name}-{account.account_id}", force_destroy=disposable)
        suppress(bucket, "CKV_AWS_18", because=LOGGED_ONCE)
        suppress(bucket, "CKV_AWS_145", because=AWS_HOLDS_THE_KEY)
        suppress(bucket, "CKV_AWS_144", because=CHECKER_DOES_NOT_SEE)
        suppress(bucket, "CKV2_AWS_62", because=KEPT_AS_IS)
        self.name: str = bucket.id
        self._arn: str = bucket.arn
        S3BucketOwnershipControls(
            self, "ownership", bucket=bucket.id, rule={"object_ownership": "BucketOwnerEnforced"}
        )
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
        versioning = S3BucketVersioningA(
            self, "versioning", bucket=bucket.id, versioning_configuration={"status": "Enabled"}
        )
        S3BucketLifecycleConfiguration(
            self,
            "lifecycle",
            bucket=bucket.id,
            rule=[
                LifecycleRule(
                    id="forget-old-versions",
                    status="Enabled",
                    filter=[Filter(prefix="")],
                    noncurrent_version_expiration=[
                        OldVersionExpiration(noncurrent_days=self.OLD_VERSIONS_DAYS)
                    ],
                    abort_incomplete_multipart_upload=[AbortUploads(days_after_initiation=1)],
                )
            ],
            depends_on=[versioning],
        )
        S3BucketPolicy(self, "policy", bucket=bucket.id, policy=self._tls_only(), depends_on=[block])

    def grant_use(self, permissions: Permissions) -> None:
        """Let a role put media here, hand it out and remove it."""
        permissions.allow(
            Statement(
                "Media", ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"), (f"{self._arn}/uploads/*",)
            )
        )

    def _tls_only(self) -> str:
        document = DataAwsIamPolicyDocument(
            self,
            "tls-only",
            statement=[
                {
                    "sid": "TlsOnly",
                    "effect": "Deny",
                    "principals": [{"type": "AWS", "identifiers": ["*"]}],
                    "actions": ["s3:*"],
                    "resources": [self._arn, f"{self._arn}/*"],
                    "condition": [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}],
                }
            ],
        )
        policy: str = document.json
        return policy
