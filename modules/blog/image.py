"""Where a region keeps the blog's image: its own copy, so that starting a task needs no other region."""

import json

from cdktf_cdktf_provider_aws.ecr_lifecycle_policy import EcrLifecyclePolicy
from cdktf_cdktf_provider_aws.ecr_repository import EcrRepository
from constructs import Construct

from modules.permissions import Permissions, Statement
from modules.support.suppression import AWS_MANAGED_KEY, suppress


class Image(Construct):
    """A repository whose tags never change and whose old images go.

    The image is pushed to each region (docs/runbooks/blog.md). ECR's own replication would do it too, but it is a
    setting of the whole account, which a deployment that shares the account must not take for itself.
    """

    KEPT = 10

    def __init__(self, scope: Construct, id: str, *, name: str, disposable: bool) -> None:
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
        oldest_go = {
            "rulePriority": 1,
            "description": f"Keep the last {self.KEPT} images",
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": self.KEPT},
            "action": {"type": "expire"},
        }
        EcrLifecyclePolicy(
            self, "lifecycle", repository=repository.name, policy=json.dumps({"rules": [oldest_go]})
        )
        self._arn: str = repository.arn
        self.url: str = repository.repository_url
        """What to push to, without a tag."""

    def grant_pull(self, permissions: Permissions) -> None:
        """Let a role pull from this repository."""
        permissions.allow(
            Statement(
                "SignInToRegistry",
                ("ecr:GetAuthorizationToken",),
                ("*",),
                reason="the token is for the account's whole registry; the next statement says what it is good for",
            ),
            Statement(
                "PullImage",
                ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
                (self._arn,),
            ),
        )
