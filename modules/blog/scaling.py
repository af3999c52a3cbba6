"""How many tasks: few when idle, more when they are busy."""

from cdktf_cdktf_provider_aws.appautoscaling_policy import AppautoscalingPolicy
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from constructs import Construct

from modules.blog.service import Service

NAMESPACE = "ecs"
DIMENSION = "ecs:service:DesiredCount"


class Scaling(Construct):
    """Keeps the tasks' average use of their processors near `CPU_PERCENT`."""

    CPU_PERCENT = 60
    OUT_SECONDS = 60
    IN_SECONDS = 300

    def __init__(self, scope: Construct, id: str, *, service: Service, least: int, most: int) -> None:
        super().__init__(scope, id)
        target = AppautoscalingTarget(
            self,
            "target",
            service_namespace=NAMESPACE,
            scalable_dimension=DIMENSION,
            resource_id=f"service/{service.cluster_name}/{service.name}",
            min_capacity=least,
            max_capacity=most,
        )
        AppautoscalingPolicy(
            self,
            "processor",
            name="processor",
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            target_tracking_scaling_policy_configuration={
                "predefined_metric_specification": {
                    "predefined_metric_type": "ECSServiceAverageCPUUtilization"
                },
                "target_value": self.CPU_PERCENT,
                "scale_out_cooldown": self.OUT_SECONDS,
                "scale_in_cooldown": self.IN_SECONDS,
            },
        )
