"""Checks of the policy tool that a resource fails on purpose.

A reason that holds for several kinds of resource is here, so that it is decided once and counted once.
"""

from collections.abc import Mapping

from cdktf import TerraformElement

AWS_HOLDS_THE_KEY = (
    "AWS encrypts it with a key of its own: one of ours would be a thing more, in every region, that takes the shop "
    "down or blinds its operators when it is disabled, and CloudWatch cannot publish under AWS's key for SNS"
)
OPEN_TO_ANYBODY = "Anybody may look around the shop and read its blog; port 80 only redirects"
OFF_FOR_ITS_PRICE = "A setting that is off by default for its price: features.waf, blog.nat"
LOGGED_ONCE = (
    "Requests are logged by what answers them (CloudFront, API Gateway, WordPress); one log more keeps addresses of "
    "readers or resolvers and tells nothing to act on"
)
CHECKER_DOES_NOT_SEE = (
    "It is there, where checkov does not look: CloudFront's log is of the second version, and buckets are replicated "
    "by the edge stack"
)
OWNER_DECIDES = (
    "It binds the whole domain for good: DNSSEC needs a record in its parent and breaks the domain when it is done by "
    "half, preloading takes in every name below; the owner decides, not a shop"
)
KEPT_AS_IS = (
    "Nobody waits for a notice of its objects; logs and builds are forgotten on time, so versions and copies would "
    "only keep them longer"
)
SMALL_AND_GLOBAL = (
    "The blog's small member of a global database: it cannot be backtracked, has backups of its own, is upgraded with "
    "the other regions and by hand, and tells enough by the cluster's metrics. WordPress signs in with a password, "
    "since IAM's tokens expire within 15 minutes; changing it closes the blog for minutes, so operators choose when, "
    "by one number in the settings. IAM decides who may use the key"
)


def suppress(resource: TerraformElement, reasons: Mapping[str, str]) -> None:
    """Let `resource` fail checkov's checks, each for the reason that stands beside it in the Terraform.

    Name all of a resource's at once: another call takes the place of the first. `python -m policy` reads them there;
    checkov's own comments do not work in Terraform's JSON.

    Raises ValueError without a reason.
    """
    for check, because in reasons.items():
        if not because.strip():
            raise ValueError(f"say why {resource.node.path} may fail {check}")
    resource.add_override("//.checkov", dict(reasons))
