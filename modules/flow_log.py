"""A flow log of rejected traffic, for finding out why a function cannot connect."""

from cdktf_cdktf_provider_aws.flow_log import FlowLog
from cdktf_cdktf_provider_aws.iam_role import IamRole
from constructs import Construct

from modules.permissions import Permissions, Statement, assumed_by
from modules.support.resources import log_group


class RejectedTraffic(Construct):
    """Logs the packets that security groups reject. Accepted traffic is not logged."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, region: str, vpc_id: str, retention_days: int
    ) -> None:
        """Create the flow log with its log group and role.

        Args:
            name: Name of the deployment.
            region: AWS region, part of the role's name because IAM is global.
            vpc_id: VPC whose traffic is logged.
            retention_days: How long CloudWatch keeps the log.
        """
        super().__init__(scope, id)
        logs = log_group(
            self, "logs", name=f"/aws/vpc/{name}", retention_days=retention_days, holds_addresses=True
        )
        role = IamRole(
            self,
            "role",
            name=f"{name}-flow-log-{region}",
            assume_role_policy=assumed_by(self, "vpc-flow-logs.amazonaws.com"),
        )
        permissions = Permissions(self, "permissions", role=role.id)
        permissions.allow(
            Statement(
                "WriteLogs",
                (
                    "logs:CreateLogGroup",
                    "logs:CreateLogStream",
                    "logs:DescribeLogStreams",
                    "logs:PutLogEvents",
                ),
                (logs.arn, f"{logs.arn}:*"),
            ),
            # Flow logs need both also where the group exists:
            # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
            Statement(
                "FindLogGroups", ("logs:DescribeLogGroups",), (f"arn:aws:logs:{region}:*:log-group:*",)
            ),
        )
        FlowLog(
            self,
            "rejected",
            vpc_id=vpc_id,
            traffic_type="REJECT",
            iam_role_arn=role.arn,
            log_destination=logs.arn,
            max_aggregation_interval=600,
            depends_on=[permissions.granted],
        )
