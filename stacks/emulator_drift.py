"""What the emulator reads back otherwise than it was told, so that a second plan would change it for ever."""

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
    # It says POST of a MOCK integration, which calls nothing.
    ApiGatewayIntegration: ("integration_http_method",),
    EcsService: ("availability_zone_rebalancing",),
    # It names the database's host only once an instance has joined the cluster, as localhost.
    EcsTaskDefinition: ("container_definitions",),
    FlowLog: ("iam_role_arn", "max_aggregation_interval"),
    RdsCluster: ("enabled_cloudwatch_logs_exports", "serverlessv2_scaling_configuration"),
    SecretsmanagerSecret: ("replica",),
    VpcEndpoint: ("policy", "private_dns_enabled", "security_group_ids"),
    VpcSecurityGroupEgressRule: ("prefix_list_id",),
}
"""By kind of resource, the attributes to overlook. On AWS each of them is planned and compared as ever."""

IGNORING = (EcsService, RdsCluster)
"""Kinds of which the shop ignores something itself. To ask each resource would be a call to jsii's process each."""


def overlook_emulator_drift(stack: TerraformStack) -> None:
    """Ignore, in every resource of `stack`, what the emulator does not give back; for it alone."""
    for construct in stack.node.find_all():
        if isinstance(construct, TerraformResource) and (overlooked := DRIFT.get(type(construct))):
            construct.add_override("lifecycle.ignore_changes", [*_ignored(construct), *overlooked])


def _ignored(resource: TerraformResource) -> list[str]:
    lifecycle: TerraformResourceLifecycle | None = resource.lifecycle if type(resource) in IGNORING else None
    ignored = lifecycle.ignore_changes if lifecycle else None
    return list(ignored) if isinstance(ignored, list) else []
