"""What the blog signs in to its database with: made by Terraform, seen by nobody, held by Secrets Manager."""

from collections.abc import Sequence

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret, SecretsmanagerSecretReplica
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from modules.support.suppression import AWS_MANAGED_KEY, SMALL_GLOBAL_DATABASE, suppress

PASSWORD_LENGTH = 40
SALT_LENGTH = 64


class DatabaseSecret(Construct):
    """One secret with the database's user, its password and the salt of WordPress's cookies, in every region.

    Its value never is in a plan or a state: it comes from an ephemeral resource, which Terraform keeps for as long
    as one command runs, and goes into a write-only argument. Terraform reads neither back, so the value changes
    only when `version` does: that is how it is rotated (docs/runbooks/blog.md).

    https://developer.hashicorp.com/terraform/language/manage-sensitive-data/write-only
    """

    USER = "wordpress"

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        version: int,
        replica_regions: Sequence[str],
        protected: bool,
    ) -> None:
        super().__init__(scope, id)
        secret = SecretsmanagerSecret(
            self,
            "secret",
            name=f"{name}-blog-database",
            description="How WordPress signs in to its database, and the salt of its cookies",
            recovery_window_in_days=30 if protected else 0,
            # Without this, a region that was taken out of the settings and put back would be refused.
            force_overwrite_replica_secret=True,
            replica=[SecretsmanagerSecretReplica(region=region) for region in replica_regions],
        )
        suppress(secret, {"CKV_AWS_149": AWS_MANAGED_KEY, "CKV2_AWS_57": SMALL_GLOBAL_DATABASE})
        password = self._random("password", PASSWORD_LENGTH)
        salt = self._random("salt", SALT_LENGTH)
        self._version = SecretsmanagerSecretVersion(
            self,
            "version",
            secret_id=secret.id,
            secret_string_wo=(
                f'${{jsonencode({{"username" = "{self.USER}", "password" = {password}, "salt" = {salt}}})}}'
            ),
            secret_string_wo_version=version,
        )
        self.arn: str = self._version.arn
        """Of the secret in its own region; known once it has a value."""
        self.value_version = version
        """Changes with the value, so that what read the old one can be told to read again."""

    def _random(self, kind: str, length: int) -> str:
        """An expression of random letters and digits, made anew by every command and kept by none."""
        label = f"blog_database_{kind}"
        TerraformStack.of(self).add_override(
            f"ephemeral.aws_secretsmanager_random_password.{label}",
            {"password_length": length, "exclude_punctuation": True, "require_each_included_type": True},
        )
        return f"ephemeral.aws_secretsmanager_random_password.{label}.random_password"


def password_of(scope: Construct, secret_arn: str) -> str:
    """An expression for the password in a secret, for write-only arguments of the stack that `scope` is in.

    It is read back from Secrets Manager rather than taken from where it was made: should an apply fail half-way,
    the next one would make another, and the database and the secret would part.
    """
    TerraformStack.of(scope).add_override(
        "ephemeral.aws_secretsmanager_secret_version.blog_database", {"secret_id": secret_arn}
    )
    return (
        '${jsondecode(ephemeral.aws_secretsmanager_secret_version.blog_database.secret_string)["password"]}'
    )
