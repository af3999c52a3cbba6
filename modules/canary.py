"""Canary deployments: CodeDeploy moves the functions' aliases to new versions, and back when an alarm starts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.codedeploy_app import CodedeployApp
from cdktf_cdktf_provider_aws.codedeploy_deployment_group import CodedeployDeploymentGroup
from cdktf_cdktf_provider_aws.iam_role import IamRole
from constructs import Construct

from modules.function import Function
from modules.permissions import Permissions, Statement, assumed_by


@dataclass(frozen=True)
class CanaryOptions:
    """Name and pace of the deployments."""

    name: str
    """Name of the CodeDeploy application."""
    region: str
    """AWS region, part of the role's name."""
    pace: str = "CodeDeployDefault.LambdaCanary10Percent10Minutes"
    """CodeDeploy's deployment configuration. Alarms need three of its minutes, and CloudWatch some for the metrics:
    https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html"""


class Canary(Construct):
    """A CodeDeploy application with a deployment group for each function. Terraform starts no deployment."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        functions: Sequence[Function],
        alarms: Mapping[str, Sequence[str]],
        options: CanaryOptions,
    ) -> None:
        """Create application, role and groups.

        Args:
            functions: Functions with an alias (`Platform.alias`).
            alarms: Names of the alarms that roll a function back, at most ten, by the function's name.
            options: Name and pace.
        """
        super().__init__(scope, id)
        self._options = options
        application = CodedeployApp(self, "application", name=options.name, compute_platform="Lambda")
        self.application: str = application.name
        """Name of the application. The groups have the functions' names."""
        role, permissions = self._role(functions)
        for function in functions:
            CodedeployDeploymentGroup(
                self,
                function.name,
                app_name=self.application,
                deployment_group_name=function.name,
                deployment_config_name=options.pace,
                service_role_arn=role.arn,
                deployment_style={
                    "deployment_option": "WITH_TRAFFIC_CONTROL",
                    "deployment_type": "BLUE_GREEN",
                },
                alarm_configuration={"enabled": True, "alarms": list(alarms[function.name])},
                auto_rollback_configuration={
                    "enabled": True,
                    "events": [
                        "DEPLOYMENT_FAILURE",
                        "DEPLOYMENT_STOP_ON_ALARM",
                        "DEPLOYMENT_STOP_ON_REQUEST",
                    ],
                },
                depends_on=[permissions.granted],
            )

    def _role(self, functions: Sequence[Function]) -> tuple[IamRole, Permissions]:
        """Add CodeDeploy's role, with what AWS's policy `AWSCodeDeployRoleForLambdaLimited` has for these functions.

        https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForLambdaLimited.html
        """
        options = self._options
        role = IamRole(
            self,
            "role",
            name=f"{options.name}-canary-{options.region}",
            assume_role_policy=assumed_by(self, "codedeploy.amazonaws.com"),
        )
        permissions = Permissions(self, "permissions", role=role.id)
        permissions.allow(
            Statement(
                "MoveAliases",
                ("lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias"),
                tuple(arn for each in functions for arn in (each.arn, each.unqualified_arn)),
            ),
            Statement(
                "ReadAlarms",
                ("cloudwatch:DescribeAlarms",),
                ("*",),
                reason="CodeDeploy reads alarms by name in one request",
            ),
        )
        return role, permissions
