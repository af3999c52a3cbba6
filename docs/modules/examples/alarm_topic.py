from cdktf import TerraformStack

from modules.alarm_topic import AlarmTopic


def example(stack: TerraformStack) -> None:
    AlarmTopic(stack, "alarms", name="books-prod-alarms", emails=["operators@example.com"])
