from cdktf import TerraformStack

from modules.replication_pause import ReplicationPause


def example(stack: TerraformStack) -> None:
    ReplicationPause(
        stack,
        "replication-pause",
        name="books-prod",
        region="eu-west-1",
        table_arns=["arn:aws:dynamodb:eu-west-1:111122223333:table/books-prod-reviews"],
        stop_alarm_arn="arn:aws:cloudwatch:eu-west-1:111122223333:alarm:books-prod-api-errors",
    )
