from cdktf import TerraformStack

from modules.flow_log import RejectedTraffic


def example(stack: TerraformStack) -> None:
    RejectedTraffic(
        stack,
        "rejected",
        name="books-prod",
        region="eu-west-1",
        vpc_id="vpc-0123456789abcdef0",
        retention_days=30,
    )
