"""Checks of checkov that a resource fails on purpose, with the reasons.

A reason that applies to several kinds of resource is a constant, so that one decision has one text.
"""

from collections.abc import Mapping

from cdktf import TerraformElement

AWS_MANAGED_KEY = (
    "Encrypted with a key that AWS manages. A key of our own would be a further regional dependency: disabling it "
    "would stop the bookstore or its alarms, and CloudWatch cannot publish with the AWS managed key of SNS"
)
PUBLIC_ON_PURPOSE = "The catalog and the blog are public. Port 80 only redirects to HTTPS"
OFF_FOR_ITS_PRICE = (
    "Off because of its price: features.waf, which adds AWS's managed rules, and blog.nat by default, and the metrics "
    "of each API method and of Container Insights, because those of the stage and the service are free"
)
FEW_ADDRESSES = (
    "Addresses of readers are personal data: logs with them are kept for 30 days, and as few as possible store them. "
    "CloudFront, API Gateway and WordPress log the requests"
)
UNSEEN_BY_CHECKOV = (
    "Present, but checkov does not detect it: CloudFront uses standard logging v2, the edge stack configures the "
    "replication of buckets, and the common stack has the web ACL of the API and of the blog's balancer"
)
DECIDED_BY_DOMAIN_OWNER = (
    "A lasting decision for the whole domain, which its owner must make: DNSSEC needs a record in the parent zone and "
    "breaks the domain when it is incomplete; HSTS preloading covers every name below the domain"
)
NO_COPIES_NEEDED = (
    "Nothing subscribes to events of its objects. Logs and build artifacts expire, Terraform deletes functions' code, "
    "whose names contain a hash; versions and copies would only store them for longer"
)
SMALL_GLOBAL_DATABASE = (
    "A small member of a global database: it has no backtrack, has backups of its own, is upgraded manually together "
    "with the other regions, and the cluster's metrics are enough. WordPress signs in with a password, because IAM "
    "tokens expire within 15 minutes. A new password interrupts the blog for minutes, so operators choose the time "
    "with one setting. IAM policies control the use of the key"
)


def suppress(resource: TerraformElement, reasons: Mapping[str, str]) -> None:
    """Record that `resource` fails checks of checkov on purpose, with a reason for each check.

    Pass all checks of a resource in one call: a second call replaces the first. The reasons are written to the
    synthesized Terraform, where `python -m policy` reads them; checkov ignores comments in JSON.

    Raises:
        ValueError: a reason is empty.
    """
    for check, reason in reasons.items():
        if not reason.strip():
            raise ValueError(f"{resource.node.path}: no reason for {check}")
    resource.add_override("//.checkov", dict(reasons))
