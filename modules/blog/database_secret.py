"""The blog's database credentials in Secrets Manager. Terraform generates them without storing them."""

from collections.abc import Sequence

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret, SecretsmanagerSecretReplica
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion
from constructs import Construct

from modules.support.suppression import AWS_MANAGED_KEY, SMALL_GLOBAL_DATABASE, suppress

PASSWORD_LENGTH = 40
SALT_LENGTH = 64


class DatabaseSecret(Construct):
    """A secret with the credentials of WordPress and of the database's master, and the salt of WordPress's cookies.

    It is replicated to all regions. WordPress's user has only the privileges that WordPress needs; a container with the
    master's credentials creates it (blog/bin/database-user.php).

    The value is in no plan and no state: it comes from an ephemeral resource and goes into a write-only argument.
    Terraform cannot compare it, so it changes only with `version`. That is how it is rotated (docs/runbooks/blog.md).

    https://developer.hashicorp.com/terraform/language/manage-sensitive-data/write-only
    """

    USER = "wordpress"
    """Name of WordPress's database user."""
    MASTER = "blogmaster"
    """Name of the database's master user."""

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
        """Create the secret and its value.

        Args:
            name: Name of the deployment.
            version: Version of the value. A higher number generates a new password and a new salt.
            replica_regions: Further regions that receive the secret.
            protected: Whether a deleted secret can be restored for 30 days.
        """
        super().__init__(scope, id)
        secret = SecretsmanagerSecret(
            self,
            "secret",
            name=f"{name}-blog-database",
            description="How WordPress signs in to its database, and the salt of its cookies",
            recovery_window_in_days=30 if protected else 0,
            # Without this, AWS refuses a region that was removed from the settings and added again.
            force_overwrite_replica_secret=True,
            replica=[SecretsmanagerSecretReplica(region=region) for region in replica_regions],
        )
        suppress(secret, {"CKV_AWS_149": AWS_MANAGED_KEY, "CKV2_AWS_57": SMALL_GLOBAL_DATABASE})
        password = self._random("password", PASSWORD_LENGTH)
        master = self._random("master", PASSWORD_LENGTH)
        salt = self._random("salt", SALT_LENGTH)
        self._version = SecretsmanagerSecretVersion(
            self,
            "version",
            secret_id=secret.id,
            secret_string_wo=(
                f'${{jsonencode({{"username" = "{self.USER}", "password" = {password}, "salt" = {salt}, '
                f'"master_username" = "{self.MASTER}", "master_password" = {master}}})}}'
            ),
            secret_string_wo_version=version,
        )
        self.arn: str = self._version.arn
        """ARN of the secret in its primary region, known once it has a value."""
        self.value_version = version
        """Version of the value. Resources that read the secret change with it."""

    def _random(self, kind: str, length: int) -> str:
        """Return an expression for random letters and digits. Each Terraform command generates new ones."""
        label = f"blog_database_{kind}"
        TerraformStack.of(self).add_override(
            f"ephemeral.aws_secretsmanager_random_password.{label}",
            {"password_length": length, "exclude_punctuation": True, "require_each_included_type": True},
        )
        return f"ephemeral.aws_secretsmanager_random_password.{label}.random_password"


def master_password_of(scope: Construct, secret_arn: str) -> str:
    """Return an expression for the master's password in a secret, for write-only arguments in the stack of `scope`.

    The password is read from Secrets Manager, not taken from the generator: after a failed apply, the next one would
    generate another password, and secret and database would differ.
    """
    TerraformStack.of(scope).add_override(
        "ephemeral.aws_secretsmanager_secret_version.blog_database", {"secret_id": secret_arn}
    )
    value = "jsondecode(ephemeral.aws_secretsmanager_secret_version.blog_database.secret_string)"
    return f'${{{value}["master_password"]}}'
