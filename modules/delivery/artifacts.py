"""The bucket of the pipeline's artifacts and of the build cache."""

from constructs import Construct

from modules.permissions import Permissions, Statement
from modules.private_bucket import PrivateBucket, Versioned


class Artifacts(Construct):
    """A private bucket whose objects expire: everything in it can be built again.

    CodePipeline requires versioning: https://docs.aws.amazon.com/codepipeline/latest/userguide/welcome-introducing-artifacts.html
    """

    DAYS = 30
    """How long an artifact is kept."""
    CACHE = "cache"
    """Prefix of the build cache."""

    def __init__(self, scope: Construct, id: str, *, name: str) -> None:
        super().__init__(scope, id)
        bucket = PrivateBucket(
            self,
            "bucket",
            name=f"{name}-delivery",
            content=Versioned(1, expire_after_days=self.DAYS),
            disposable=True,
        )
        self.bucket = bucket.name
        """The bucket's name."""
        self.arn = bucket.arn

    def grant_read_write(self, permissions: Permissions) -> None:
        """Allow a role to read and write the artifacts."""
        permissions.allow(
            # https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
            Statement(
                "Artifacts", ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"), (f"{self.arn}/*",)
            ),
            Statement(
                "FindArtifacts",
                ("s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning", "s3:ListBucket"),
                (self.arn,),
            ),
        )
