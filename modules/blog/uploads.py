"""The bucket for a region's media: a task keeps nothing itself."""

from constructs import Construct

from modules.permissions import Permissions, Statement
from modules.private_bucket import KeepVersions, PrivateBucket


class Uploads(Construct):
    """Private, versioned, TLS only. WordPress hands out what is in it, so no browser ever asks S3."""

    OLD_VERSIONS_DAYS = 30
    """How long a file that was removed can be brought back."""

    def __init__(self, scope: Construct, id: str, *, name: str, disposable: bool) -> None:
        """A `disposable` bucket is destroyed with what is in it. The account's number makes `name` unique."""
        super().__init__(scope, id)
        bucket = PrivateBucket(
            self, "bucket", name=name, content=KeepVersions(self.OLD_VERSIONS_DAYS), disposable=disposable
        )
        self.name = bucket.name
        self._arn = bucket.arn

    def grant_use(self, permissions: Permissions) -> None:
        """Let a role put media here, hand it out and remove it."""
        permissions.allow(
            Statement(
                "Media", ("s3:DeleteObject", "s3:GetObject", "s3:PutObject"), (f"{self._arn}/uploads/*",)
            )
        )
