"""Log groups, made before anything writes to them: AWS would make them too, and keep their lines for ever."""

from cdktf import TerraformProvider
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from modules.support.suppression import AWS_HOLDS_THE_KEY, suppress


def log_group(
    scope: Construct, id: str, *, name: str, retention_days: int, provider: TerraformProvider | None = None
) -> CloudwatchLogGroup:
    """A log group that forgets after `retention_days`, one of CloudWatch's own steps."""
    group = CloudwatchLogGroup(scope, id, name=name, retention_in_days=retention_days, provider=provider)
    suppress(group, {"CKV_AWS_158": AWS_HOLDS_THE_KEY})
    return group
