"""Automatic scaling of the blog's tasks."""

from cdktf_cdktf_provider_aws.appautoscaling_policy import AppautoscalingPolicy
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from constructs import Construct

from modules.blog.service import Service

NAMESPACE = "ecs"
DIMENSION = "ecs:service:DesiredCount"


class Scaling(Construct):
    """Target tracking: keeps the tasks' average CPU utilization near a target."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: Service,
        minimum: int,
        maximum: int,
        cpu_percent: int = 60,
    ) -> None:
        """Create scaling target and policy.

        Args:
            service: Service to scale.
            minimum: Smallest number of tasks.
            maximum: Largest number of tasks.
            cpu_percent: Average CPU utilization to aim at.
        """
        super().__init__(scope, id)
        target = AppautoscalingTarget(
            self,
            "target",
            service_namespace=NAMESPACE,
            scalable_dimension=DIMENSION,
            resource_id=f"service/{service.cluster_name}/{service.name}",
            min_capacity=minimum,
            max_capacity=maximum,
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
                "target_value": cpu_percent,
                "scale_out_cooldown": 60,
                "scale_in_cooldown": 300,
            },
        )
