"""What the emulator reads back otherwise than it was told, so that a second plan would change it for ever."""

from functools import cache

from cdktf import TerraformResource, TerraformResourceLifecycle, TerraformStack

DRIFT: dict[str, tuple[str, ...]] = {
    # It says POST of a MOCK integration, which calls nothing.
    "aws_api_gateway_integration": ("integration_http_method",),
    "aws_ecs_service": ("availability_zone_rebalancing",),
    # It names the database's host only once an instance has joined the cluster, as localhost.
    "aws_ecs_task_definition": ("container_definitions",),
    "aws_flow_log": ("iam_role_arn", "max_aggregation_interval"),
    "aws_rds_cluster": ("enabled_cloudwatch_logs_exports", "serverlessv2_scaling_configuration"),
    "aws_secretsmanager_secret": ("replica",),
    "aws_vpc_endpoint": ("policy", "private_dns_enabled", "security_group_ids"),
    "aws_vpc_security_group_egress_rule": ("prefix_list_id",),
}
"""By Terraform type, the attributes to overlook. On AWS each of them is planned and compared as ever."""


def overlook_emulator_drift(stack: TerraformStack) -> None:
    """Ignore, in every resource of `stack`, what the emulator does not give back; for it alone."""
    for construct in stack.node.find_all():
        if isinstance(construct, TerraformResource):
            overlooked = DRIFT.get(_terraform_type(type(construct)))
            if overlooked:
                construct.add_override("lifecycle.ignore_changes", [*_ignored(construct), *overlooked])


@cache
def _terraform_type(kind: type[TerraformResource]) -> str:
    """Asked of the class, once: each question to an instance goes to jsii's Node process."""
    return str(kind.TF_RESOURCE_TYPE)  # type: ignore[attr-defined]  # every resource's class has it


def _ignored(resource: TerraformResource) -> list[str]:
    lifecycle: TerraformResourceLifecycle | None = resource.lifecycle
    ignored = lifecycle.ignore_changes if lifecycle else None
    return list(ignored) if isinstance(ignored, list) else []
