"""A region's repository for the blog's image, so that starting a task depends on no other region."""

import json

from cdktf_cdktf_provider_aws.ecr_lifecycle_policy import EcrLifecyclePolicy
from cdktf_cdktf_provider_aws.ecr_repository import EcrRepository
from constructs import Construct

from modules.permissions import Permissions, Statement
from modules.support.suppression import AWS_MANAGED_KEY, suppress


class Image(Construct):
    """A repository with immutable tags and a lifecycle policy.

    It exists before the service of `Blog`, so that the image can be brought there first. ECR's replication is a setting
    of the whole account, which a deployment in a shared account must not change.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, disposable: bool, kept: int = 10) -> None:
        """Create the repository.

        Args:
            name: Name of the repository.
            disposable: Whether Terraform may delete the repository together with its images.
            kept: Number of images that are kept.
        """
        super().__init__(scope, id)
        repository = EcrRepository(
            self,
            "repository",
            name=name,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            force_delete=disposable,
        )
        suppress(repository, {"CKV_AWS_136": AWS_MANAGED_KEY})
        expire_oldest = {
            "rulePriority": 1,
            "description": f"Keep the last {kept} images",
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": kept},
            "action": {"type": "expire"},
        }
        EcrLifecyclePolicy(
            self, "lifecycle", repository=repository.name, policy=json.dumps({"rules": [expire_oldest]})
        )
        self._arn: str = repository.arn
        self.url: str = repository.repository_url
        """URL of the repository, without a tag."""

    def grant_pull(self, permissions: Permissions) -> None:
        """Allow a role to pull images."""
        permissions.allow(
            Statement(
                "SignInToRegistry",
                ("ecr:GetAuthorizationToken",),
                ("*",),
                reason="GetAuthorizationToken has no resource-level permissions",
            ),
            Statement(
                "PullImage",
                ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
                (self._arn,),
            ),
        )
