"""S3 replication from the primary region's bucket to the other regions' buckets."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocument,
)
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import (
    DataAwsIamPolicyDocumentStatement as Statement,
)
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.s3_bucket_replication_configuration import (
    S3BucketReplicationConfigurationA,
)
from cdktf_cdktf_provider_aws.s3_bucket_replication_configuration import (
    S3BucketReplicationConfigurationRule as ReplicationRule,
)
from constructs import Construct

from modules.permissions import assumed_by


@dataclass(frozen=True)
class RegionBucket:
    """A region's bucket, as the edge stack refers to it."""

    region: str
    """AWS region."""
    name: str
    """Name of the bucket."""

    @property
    def arn(self) -> str:
        """ARN of the bucket."""
        return f"arn:aws:s3:::{self.name}"

    @property
    def domain_name(self) -> str:
        """Host name in the bucket's region. The global host name redirects while the bucket is new."""
        return f"{self.name}.s3.{self.region}.amazonaws.com"


class WebReplication(Construct):
    """A replication rule for each target, and the role that S3 assumes. Deletions are replicated too."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, source: RegionBucket, targets: Sequence[RegionBucket]
    ) -> None:
        """Configure replication.

        Args:
            name: Prefix of the role's name.
            source: Bucket whose objects are replicated.
            targets: Buckets that receive them.
        """
        super().__init__(scope, id)
        role = IamRole(
            self,
            "role",
            name=f"{name}-web-replication",
            # AWS documents this trust policy without a condition. Only principals of this account can name the role in
            # a bucket's configuration, since `iam:PassRole` does not cross accounts:
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
            assume_role_policy=assumed_by(self, "s3.amazonaws.com", names_account=False),
        )
        grant = IamRolePolicy(self, "grant", role=role.id, policy=self._grant(source, targets).json)
        self.configuration = S3BucketReplicationConfigurationA(
            self,
            "configuration",
            bucket=source.name,
            role=role.arn,
            rule=[
                ReplicationRule(
                    id=target.region,
                    priority=priority,
                    status="Enabled",
                    filter={},
                    delete_marker_replication={"status": "Enabled"},
                    destination={"bucket": target.arn},
                )
                for priority, target in enumerate(targets)
            ],
            depends_on=[grant],
        )
        """Dependency for objects that must be replicated."""

    def _grant(self, source: RegionBucket, targets: Sequence[RegionBucket]) -> DataAwsIamPolicyDocument:
        """Rule: https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html."""
        return DataAwsIamPolicyDocument(
            self,
            "grant-document",
            statement=[
                Statement(
                    actions=["s3:GetReplicationConfiguration", "s3:ListBucket"], resources=[source.arn]
                ),
                Statement(
                    actions=[
                        "s3:GetObjectVersionForReplication",
                        "s3:GetObjectVersionAcl",
                        "s3:GetObjectVersionTagging",
                    ],
                    resources=[f"{source.arn}/*"],
                ),
                Statement(
                    actions=["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
                    resources=[f"{target.arn}/*" for target in targets],
                ),
            ],
        )
