"""What the stages hand on to each other, and what builds remember."""

from constructs import Construct

from modules.permissions import Permissions, Statement
from modules.private_bucket import Expiring, PrivateBucket


class Artifacts(Construct):
    """A private bucket that forgets: everything in it can be built again."""

    DAYS = 30
    CACHE = "cache"
    """The folder of the build cache."""

    def __init__(self, scope: Construct, id: str, *, name: str) -> None:
        super().__init__(scope, id)
        bucket = PrivateBucket(
            self, "bucket", name=f"{name}-delivery", content=Expiring(self.DAYS), disposable=True
        )
        self.bucket = bucket.name
        """Its name."""
        self.arn = bucket.arn

    def grant_read_write(self, permissions: Permissions) -> None:
        """Let a role read and write what is in it."""
        permissions.allow(
            Statement("Artifacts", ("s3:GetObject", "s3:PutObject"), (f"{self.arn}/*",)),
            Statement("FindArtifacts", ("s3:GetBucketLocation", "s3:ListBucket"), (self.arn,)),
        )
