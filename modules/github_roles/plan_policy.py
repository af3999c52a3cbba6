"""Permissions of a plan: to read the configuration of resources, Terraform's states and the storefront's files.

AWS's `ReadOnlyAccess` would also allow reading data: the items of tables, the messages of queues, users and logs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from modules.permissions import Statement

READS: Mapping[str, tuple[str, ...]] = {
    "acm": ("DescribeCertificate", "ListTagsForCertificate"),
    "apigateway": ("GET",),
    "application-autoscaling": (
        "DescribeScalableTargets",
        "DescribeScalingPolicies",
        "ListTagsForResource",
    ),
    "cloudfront": (
        "DescribeFunction",
        "GetCachePolicy",
        "GetDistribution",
        "GetFunction",
        "GetOriginAccessControl",
        "GetResponseHeadersPolicy",
        "ListTagsForResource",
    ),
    "budgets": ("ListTagsForResource", "ViewBudget"),
    "cloudwatch": ("DescribeAlarms", "GetDashboard", "ListTagsForResource"),
    "codebuild": ("BatchGetProjects",),
    "codecommit": (
        "GetApprovalRuleTemplate",
        "GetRepository",
        "ListAssociatedApprovalRuleTemplatesForRepository",
        "ListTagsForResource",
    ),
    "codeconnections": ("GetConnection", "ListTagsForResource"),
    "codedeploy": ("GetApplication", "GetDeploymentGroup", "ListTagsForResource"),
    "codepipeline": ("GetPipeline", "ListTagsForResource"),
    "cognito-idp": (
        "DescribeUserPool",
        "DescribeUserPoolClient",
        "GetUserPoolMfaConfig",
        "GetWebACLForResource",  # wafv2:GetWebACLForResource needs it for a user pool
    ),
    "dynamodb": ("DescribeContinuousBackups", "DescribeTable", "DescribeTimeToLive", "ListTagsOfResource"),
    "ec2": (
        "DescribeAddresses",
        "DescribeAddressesAttribute",
        "DescribeAvailabilityZones",
        "DescribeFlowLogs",
        "DescribeInternetGateways",
        "DescribeNatGateways",
        "DescribeNetworkAcls",
        "DescribePrefixLists",
        "DescribeRouteTables",
        "DescribeSecurityGroupRules",
        "DescribeSecurityGroups",
        "DescribeSubnets",
        "DescribeVpcAttribute",
        "DescribeVpcEndpoints",
        "DescribeVpcs",
    ),
    "ecr": ("DescribeRepositories", "GetLifecyclePolicy", "ListTagsForResource"),
    "ecs": ("DescribeClusters", "DescribeServices", "DescribeTaskDefinition", "ListTagsForResource"),
    "elasticache": (
        "DescribeCacheClusters",
        "DescribeCacheSubnetGroups",
        "DescribeReplicationGroups",
        "DescribeServerlessCaches",
        "ListTagsForResource",
    ),
    "elasticloadbalancing": (
        "DescribeCapacityReservation",
        "DescribeListenerAttributes",
        "DescribeListeners",
        "DescribeLoadBalancerAttributes",
        "DescribeLoadBalancers",
        "DescribeRules",
        "DescribeTags",
        "DescribeTargetGroupAttributes",
        "DescribeTargetGroups",
    ),
    "events": ("DescribeRule", "ListTagsForResource", "ListTargetsByRule"),
    "fis": ("GetExperimentTemplate", "ListTagsForResource"),
    "iam": ("GetRole", "GetRolePolicy", "ListAttachedRolePolicies", "ListRolePolicies"),
    "kms": ("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListAliases", "ListResourceTags"),
    "lambda": (
        "GetAlias",
        "GetEventSourceMapping",
        "GetFunction",
        "GetFunctionCodeSigningConfig",
        "GetFunctionEventInvokeConfig",
        "GetPolicy",
        "ListTags",
        "ListVersionsByFunction",
    ),
    "logs": (
        "DescribeLogGroups",
        "DescribeMetricFilters",
        "GetDelivery",
        "GetDeliveryDestination",
        "GetDeliverySource",
        "ListTagsForResource",
    ),
    "rds": (
        "DescribeDBClusterParameterGroups",
        "DescribeDBClusterParameters",
        "DescribeDBClusters",
        "DescribeDBInstances",
        "DescribeDBSubnetGroups",
        "DescribeGlobalClusters",
        "ListTagsForResource",
    ),
    "route53": (
        "GetHealthCheck",
        "GetHostedZone",
        "ListResourceRecordSets",
        "ListTagsForResource",
    ),
    "s3": (
        "GetAccelerateConfiguration",
        "GetBucketAcl",
        "GetBucketCORS",
        "GetBucketLocation",
        "GetBucketLogging",
        "GetBucketObjectLockConfiguration",
        "GetBucketOwnershipControls",
        "GetBucketPolicy",
        "GetBucketPublicAccessBlock",
        "GetBucketRequestPayment",
        "GetBucketTagging",
        "GetBucketVersioning",
        "GetBucketWebsite",
        "GetEncryptionConfiguration",
        "GetLifecycleConfiguration",
        "GetReplicationConfiguration",
        "ListBucket",
    ),
    "secretsmanager": ("DescribeSecret", "GetResourcePolicy", "ListSecretVersionIds"),
    "sns": ("GetSubscriptionAttributes", "GetTopicAttributes", "ListTagsForResource"),
    "sqs": ("GetQueueAttributes", "ListQueueTags"),
    "wafv2": ("GetLoggingConfiguration", "GetWebACL", "GetWebACLForResource", "ListTagsForResource"),
    "xray": ("GetSamplingRules", "ListTagsForResource"),
}
"""The operations that the AWS provider calls to read the app's resources, by service."""
CONFIGURATION_ONLY = (
    "Configuration of resources, not their data. Most of these actions support no resource, and a plan reads resources "
    "whose names only AWS knows"
)


@dataclass(frozen=True)
class PlanScope:
    """The objects and secrets that a plan reads."""

    states: Sequence[str]
    """ARNs of Terraform's states in S3."""
    files: Sequence[str]
    """ARNs of the objects that Terraform uploads: the storefront's files, which are public, and the functions' code."""
    secret: str | None = None
    """ARN of the secret that a plan opens (the blog's database), as a pattern."""


def plan_statements(scope: PlanScope) -> list[Statement]:
    """Return the statements of the plan role."""
    actions = tuple(f"{service}:{operation}" for service, names in READS.items() for operation in names)
    statements = [
        Statement("ReadConfiguration", actions, ("*",), reason=CONFIGURATION_ONLY),
        Statement("ReadStates", ("s3:GetObject",), tuple(scope.states)),
        Statement("ReadFiles", ("s3:GetObject", "s3:GetObjectTagging"), tuple(scope.files)),
    ]
    if scope.secret:
        statements += [
            Statement("OpenDatabaseSecret", ("secretsmanager:GetSecretValue",), (scope.secret,)),
            Statement(
                "MakePasswords",
                ("secretsmanager:GetRandomPassword",),
                ("*",),
                reason="It generates a password, reads nothing and supports no resource",
            ),
        ]
    return statements
