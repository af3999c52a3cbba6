"""Attributes that the emulator returns differently. Ignored there, to avoid a permanent diff."""

from cdktf import TerraformResource, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.api_gateway_integration import ApiGatewayIntegration
from cdktf_cdktf_provider_aws.ecs_service import EcsService
from cdktf_cdktf_provider_aws.ecs_task_definition import EcsTaskDefinition
from cdktf_cdktf_provider_aws.flow_log import FlowLog
from cdktf_cdktf_provider_aws.rds_cluster import RdsCluster
from cdktf_cdktf_provider_aws.secretsmanager_secret import SecretsmanagerSecret
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule

DRIFT: dict[type[TerraformResource], tuple[str, ...]] = {
    # It returns POST for a MOCK integration, which has no method.
    ApiGatewayIntegration: ("integration_http_method",),
    EcsService: ("availability_zone_rebalancing",),
    # It returns the database's host as localhost once an instance has joined the cluster.
    EcsTaskDefinition: ("container_definitions",),
    FlowLog: ("iam_role_arn", "max_aggregation_interval", "tags", "tags_all"),
    RdsCluster: ("enabled_cloudwatch_logs_exports", "serverlessv2_scaling_configuration"),
    SecretsmanagerSecret: ("replica",),
    VpcEndpoint: ("policy", "private_dns_enabled", "security_group_ids"),
    VpcSecurityGroupEgressRule: ("description", "prefix_list_id"),
}
"""Attributes to ignore, by resource type. On AWS Terraform plans and compares each of them."""

IGNORING = (EcsService, RdsCluster)
"""Types whose constructs ignore attributes themselves. Reading `lifecycle` of every resource is slow in jsii."""


def ignore_emulator_drift(stack: TerraformStack) -> None:
    """Add the attributes in DRIFT to `ignore_changes` of every resource in `stack`."""
    for construct in stack.node.find_all():
        if isinstance(construct, TerraformResource) and (drift := DRIFT.get(type(construct))):
            construct.add_override("lifecycle.ignore_changes", [*_ignored(construct), *drift])


def _ignored(resource: TerraformResource) -> list[str]:
    lifecycle: TerraformResourceLifecycle | None = resource.lifecycle if type(resource) in IGNORING else None
    ignored = lifecycle.ignore_changes if lifecycle else None
    return list(ignored) if isinstance(ignored, list) else []
