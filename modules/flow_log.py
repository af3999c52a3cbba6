"""What a network refused: the first question when a function cannot reach its cache."""

import json

from cdktf_cdktf_provider_aws.flow_log import FlowLog
from cdktf_cdktf_provider_aws.iam_role import IamRole
from constructs import Construct

from modules.permissions import Permissions, Statement
from modules.support.resources import log_group

_ASSUMED_BY_FLOW_LOGS = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


class RejectedTraffic(Construct):
    """A flow log of the packets that security groups turned away; what they let pass is not logged."""

    INTERVAL = 600
    """Seconds of traffic that one record sums up."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, region: str, vpc_id: str, retention_days: int
    ) -> None:
        super().__init__(scope, id)
        logs = log_group(self, "logs", name=f"/aws/vpc/{name}", retention_days=retention_days)
        role = IamRole(
            self, "role", name=f"{name}-flow-log-{region}", assume_role_policy=_ASSUMED_BY_FLOW_LOGS
        )
        permissions = Permissions(self, "permissions", role=role.id)
        permissions.allow(
            Statement(
                "WriteLogs",
                ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"),
                (logs.arn, f"{logs.arn}:*"),
            )
        )
        FlowLog(
            self,
            "rejected",
            vpc_id=vpc_id,
            traffic_type="REJECT",
            iam_role_arn=role.arn,
            log_destination=logs.arn,
            max_aggregation_interval=self.INTERVAL,
            depends_on=[permissions.granted],
        )
