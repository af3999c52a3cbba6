"""The bucket for media uploads. Tasks have no persistent storage."""

from constructs import Construct

from modules.permissions import Permissions, Statement
from modules.private_bucket import PrivateBucket, Versioned


class Uploads(Construct):
    """A private, versioned bucket. WordPress reads the files and serves them; browsers never access S3."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, disposable: bool, old_versions_days: int = 30
    ) -> None:
        """Create the bucket.

        Args:
            name: Name of the bucket without the account number.
            disposable: Whether Terraform may delete the bucket together with its objects.
            old_versions_days: How long replaced and deleted files can be restored.
        """
        super().__init__(scope, id)
        bucket = PrivateBucket(
            self, "bucket", name=name, content=Versioned(old_versions_days), disposable=disposable
        )
        self.name = bucket.name
        """Name of the bucket."""
        self._arn = bucket.arn

    def grant_use(self, permissions: Permissions) -> None:
        """Allow a role to read, write and delete media."""
        permissions.allow(
            Statement(
                "Media", ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"), (f"{self._arn}/uploads/*",)
            )
        )
