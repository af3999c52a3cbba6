"""A bucket with the code of a region's functions."""

from pathlib import Path

from cdktf_cdktf_provider_aws.s3_object import S3Object
from constructs import Construct

from modules.private_bucket import Deployed, PrivateBucket
from modules.support.stack_files import Archive


class CodeBucket(Construct):
    """A private bucket with archives. Lambda keeps a copy of its own, so functions don't read it.

    Functions whose code is in S3 are created side by side. From a local file, the AWS provider creates one function at
    a time and waits at least five seconds for it:
    https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/lambda/function.go
    """

    def __init__(self, scope: Construct, id: str, *, name: str, disposable: bool) -> None:
        """Create the bucket `<name>-<account>`.

        Args:
            name: Name of the bucket without the account number.
            disposable: Whether Terraform may delete the bucket together with objects that it did not upload.
        """
        super().__init__(scope, id)
        self.bucket = PrivateBucket(self, "bucket", name=name, content=Deployed(), disposable=disposable)
        """The bucket itself."""
        self._uploaded: dict[str, S3Object] = {}

    def upload(self, archive: Archive, folder: Path) -> S3Object:
        """Add the archive once, however many functions run it. It is written below `folder`, the stack's own."""
        if archive.key not in self._uploaded:
            self._uploaded[archive.key] = S3Object(
                self,
                archive.name,
                bucket=self.bucket.name,
                key=archive.key,
                source=archive.write_into(folder),
                # The old code is deleted once the functions have the new one.
                lifecycle={"create_before_destroy": True},
            )
        return self._uploaded[archive.key]
