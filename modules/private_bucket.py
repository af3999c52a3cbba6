"""A private S3 bucket. Only principals that its policy names have access."""

from dataclasses import dataclass

from cdktf import TerraformProvider
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

from modules.support.suppression import (
    AWS_MANAGED_KEY,
    FEW_ADDRESSES,
    NO_COPIES_NEEDED,
    UNSEEN_BY_CHECKOV,
    suppress,
)


@dataclass(frozen=True)
class Versioned:
    """The bucket keeps old versions of its objects. Replication requires this."""

    days: int
    """How long an old version is kept."""
    expire_after_days: int | None = None
    """Age at which a current object is deleted. None: never."""


@dataclass(frozen=True)
class Expiring:
    """The bucket deletes its objects after some days and keeps no versions."""

    days: int
    """Age at which an object is deleted."""


@dataclass(frozen=True)
class Deployed:
    """Terraform writes and deletes every object, under names that contain a hash. No versions, no lifecycle rule."""


class PrivateBucket(Construct):
    """A bucket without public access and access control lists, encrypted, with TLS only and lifecycle rules.

    S3's managed key encrypts it: KMS would charge for each request, and the bucket's policy controls access already.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        content: Versioned | Expiring | Deployed,
        disposable: bool,
        provider: TerraformProvider | None = None,
    ) -> None:
        """Create the bucket `<name>-<account>` with its policy.

        Args:
            name: Name of the bucket without the account number, which makes it unique.
            content: Whether objects have versions, expire, or belong to Terraform.
            disposable: Whether Terraform may delete the bucket together with its objects.
            provider: Provider of the bucket's region, by default the stack's.
        """
        super().__init__(scope, id)
        self._provider = provider
        self.account_id: str = DataAwsCallerIdentity(self, "account", provider=provider).account_id
        """Account of the bucket."""
        bucket = S3Bucket(
            self,
            "bucket",
            bucket=f"{name}-{self.account_id}",
            force_destroy=disposable,
            provider=provider,
        )
        _suppress(bucket, content)
        self.name: str = bucket.id
        """Name of the bucket."""
        self.arn: str = bucket.arn
        """ARN of the bucket."""
        self._encrypt()
        if not isinstance(content, Deployed):
            self._expire(content)
        self._statements = [self._tls_only()]
        self._document = DataAwsIamPolicyDocument(
            self, "policy-document", statement=self._statements, provider=provider
        )
        self._restrict_access()

    def allow(self, statement: Statement) -> None:
        """Add a statement to the bucket's policy."""
        self._statements.append(statement)
        self._document.put_statement(self._statements)

    def _restrict_access(self) -> None:
        S3BucketOwnershipControls(
            self,
            "ownership",
            bucket=self.name,
            rule={"object_ownership": "BucketOwnerEnforced"},
            provider=self._provider,
        )
        block = S3BucketPublicAccessBlock(
            self,
            "public-access",
            bucket=self.name,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            provider=self._provider,
        )
        S3BucketPolicy(
            self,
            "policy",
            bucket=self.name,
            policy=self._document.json,
            # S3 rejects concurrent changes of a bucket's access.
            depends_on=[block],
            provider=self._provider,
        )

    def _encrypt(self) -> None:
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=self.name,
            rule=[EncryptionRule(apply_server_side_encryption_by_default={"sse_algorithm": "AES256"})],
            provider=self._provider,
        )

    def _expire(self, content: Versioned | Expiring) -> None:
        after = []
        if isinstance(content, Versioned):
            after.append(
                S3BucketVersioningA(
                    self,
                    "versioning",
                    bucket=self.name,
                    versioning_configuration={"status": "Enabled"},
                    provider=self._provider,
                )
            )
        S3BucketLifecycleConfiguration(
            self,
            "lifecycle",
            bucket=self.name,
            rule=[_rule(content)],
            depends_on=after,
            provider=self._provider,
        )

    def _tls_only(self) -> Statement:
        return Statement(
            sid="TlsOnly",
            effect="Deny",
            principals=[Principals(type="AWS", identifiers=["*"])],
            actions=["s3:*"],
            resources=[self.arn, f"{self.arn}/*"],
            condition=[Condition(test="Bool", variable="aws:SecureTransport", values=["false"])],
        )


def _suppress(bucket: S3Bucket, content: Versioned | Expiring | Deployed) -> None:
    match content:
        case Versioned():
            copies = {"CKV_AWS_144": UNSEEN_BY_CHECKOV}
        case Expiring():
            copies = {"CKV_AWS_21": NO_COPIES_NEEDED, "CKV_AWS_144": NO_COPIES_NEEDED}
        case Deployed():
            copies = dict.fromkeys(("CKV_AWS_21", "CKV_AWS_144", "CKV2_AWS_61"), NO_COPIES_NEEDED)
    suppress(
        bucket,
        {
            "CKV_AWS_18": FEW_ADDRESSES,
            "CKV_AWS_145": AWS_MANAGED_KEY,
            "CKV2_AWS_62": NO_COPIES_NEEDED,
            **copies,
        },
    )


def _rule(content: Versioned | Expiring) -> LifecycleRule:
    if isinstance(content, Expiring):
        id, old_versions, expiration = "forget", None, Expiration(days=content.days)
    else:
        id = "forget-old-versions"
        old_versions = [OldVersionExpiration(noncurrent_days=content.days)]
        # S3 removes a lone delete marker by itself where objects expire, and takes only one of the two.
        expiration = (
            Expiration(days=content.expire_after_days)
            if content.expire_after_days
            else Expiration(expired_object_delete_marker=True)
        )
    return LifecycleRule(
        id=id,
        status="Enabled",
        filter=[Filter(prefix="")],
        noncurrent_version_expiration=old_versions,
        expiration=[expiration],
        abort_incomplete_multipart_upload=[AbortUploads(days_after_initiation=1)],
    )
