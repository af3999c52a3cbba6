"""An experiment of AWS Fault Injection Service (FIS) that pauses the replication of a region's tables."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.fis_experiment_template import (
    FisExperimentTemplate,
    FisExperimentTemplateAction,
    FisExperimentTemplateActionParameter,
    FisExperimentTemplateActionTarget,
    FisExperimentTemplateStopCondition,
    FisExperimentTemplateTarget,
)
from cdktf_cdktf_provider_aws.iam_role import IamRole
from constructs import Construct

from modules.permissions import Permissions, Statement, assumed_by

_TARGET = "tables"


class ReplicationPause(Construct):
    """A template of the experiment, and the role that FIS uses. Nothing happens until an operator starts it.

    FIS denies the replication service access to the tables by a policy that expires by itself. Reads and writes of
    the region itself continue. A replica that is paused for more than 20 hours stops being one for ever:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/globaltables-security.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        region: str,
        table_arns: Sequence[str],
        stop_alarm_arn: str,
        minutes: int = 30,
    ) -> None:
        """Create role and template.

        Args:
            name: Name of the deployment.
            region: AWS region.
            table_arns: Replicas in this region, at most five.
            stop_alarm_arn: CloudWatch alarm that ends the experiment.
            minutes: When the experiment ends by itself.

        Raises:
            ValueError: `minutes` is not between 1 and 720, the limits of FIS.
        """
        super().__init__(scope, id)
        if not 1 <= minutes <= 720:
            raise ValueError("minutes must be between 1 and 720")
        role = IamRole(
            self,
            "role",
            name=f"{name}-replication-pause-{region}",
            assume_role_policy=assumed_by(self, "fis.amazonaws.com"),
        )
        permissions = Permissions(self, "permissions", role=role.id, statements=_statements(table_arns))
        template = FisExperimentTemplate(
            self,
            "template",
            description=f"Pauses the replication of {name} to and from {region}",
            role_arn=role.arn,
            action=[
                FisExperimentTemplateAction(
                    name="pause",
                    action_id="aws:dynamodb:global-table-pause-replication",
                    parameter=[FisExperimentTemplateActionParameter(key="duration", value=f"PT{minutes}M")],
                    target=FisExperimentTemplateActionTarget(key="Tables", value=_TARGET),
                )
            ],
            target=[
                FisExperimentTemplateTarget(
                    name=_TARGET,
                    resource_type="aws:dynamodb:global-table",
                    resource_arns=list(table_arns),
                    selection_mode="ALL",
                )
            ],
            stop_condition=[
                FisExperimentTemplateStopCondition(source="aws:cloudwatch:alarm", value=stop_alarm_arn)
            ],
            tags={"Name": f"{name}-replication-pause"},
            depends_on=[permissions.granted],
        )
        self.template_id: str = template.id
        """ID of the template, for `aws fis start-experiment`."""


def _statements(table_arns: Sequence[str]) -> tuple[Statement, ...]:
    """Permissions of the action.

    https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html#global-table-pause-replication
    """
    policies = tuple(f"dynamodb:{operation}ResourcePolicy" for operation in ("Delete", "Get", "Put"))
    return (
        Statement("DescribeTables", ("dynamodb:DescribeTable",), tuple(table_arns)),
        Statement("ChangePolicies", policies, (*table_arns, *(f"{arn}/stream/*" for arn in table_arns))),
        Statement(
            "FindTables",
            ("tag:GetResources",),
            ("*",),
            reason="GetResources has no resource-level permissions",
        ),
    )
