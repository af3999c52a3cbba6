"""WordPress's tasks on Fargate."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from cdktf import Fn, ITerraformDependable
from cdktf_cdktf_provider_aws.ecs_cluster import EcsCluster, EcsClusterSetting
from cdktf_cdktf_provider_aws.ecs_cluster_capacity_providers import EcsClusterCapacityProviders
from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceCapacityProviderStrategy,
    EcsServiceLoadBalancer,
)
from cdktf_cdktf_provider_aws.ecs_task_definition import EcsTaskDefinition, EcsTaskDefinitionVolume
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from constructs import Construct

from modules.blog.database import DATABASE, RegionDatabase
from modules.blog.database_secret import DatabaseSecret
from modules.blog.image import Image
from modules.blog.public_subnets import EVERYWHERE, PublicSubnets
from modules.blog.uploads import Uploads
from modules.network import HTTPS, Group
from modules.permissions import Permissions, Statement
from modules.support.resources import log_group
from modules.support.suppression import OFF_FOR_ITS_PRICE, suppress

_ASSUMED_BY_TASKS = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


@dataclass(frozen=True)
class ServiceOptions:
    """What WordPress is told, and how many tasks run at least.

    With `remember_health` a check asks the database once a day only, so that an idle one can pause.
    """

    url: str
    shop_url: str
    image_tag: str | None
    admin_addresses: tuple[str, ...]
    tasks: int
    remember_health: bool
    log_retention_days: int


class Service(Construct):
    """A service in two zones: the first task on demand, the others on spot capacity.

    Its image's file system is read-only; a task keeps nothing but scratch files.
    """

    PORT = 8080
    USER = "33:33"
    """www-data in Debian's images."""
    CPU = 256
    MEMORY = 512
    SCRATCH = ("/tmp", "/run/apache2", "/run/lock")  # noqa: S108  in the container, a volume of its own each
    HEALTH_MEMORY_SECONDS = 24 * 3600
    """Each check of each task wakes the database for `Capacity.pause_after`: hourly ones would be most of its price."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        region: str,
        subnets: PublicSubnets,
        group: Group,
        target_group_arn: str,
        listening: ITerraformDependable,
        image: Image,
        uploads: Uploads,
        database: RegionDatabase,
        secret: DatabaseSecret,
        options: ServiceOptions,
    ) -> None:
        super().__init__(scope, id)
        self._name = name
        self._region = region
        self._options = options
        self._image = image
        # The secret's replicas differ from it in the region alone.
        self._secret_arn = Fn.replace(
            secret.arn, "/:secretsmanager:[a-z0-9-]+:/", f":secretsmanager:{region}:"
        )
        self._logs = log_group(
            self, "logs", name=f"/aws/ecs/{name}", retention_days=options.log_retention_days
        )
        self.cluster_name, cluster = self._cluster()
        task = self._task(self._environment(uploads, database, secret), uploads)
        self._reach_aws(group)
        service = EcsService(
            self,
            "service",
            name=name,
            cluster=cluster.arn,
            task_definition=task.arn,
            desired_count=options.tasks if options.image_tag else 0,
            capacity_provider_strategy=[
                EcsServiceCapacityProviderStrategy(capacity_provider="FARGATE", base=1, weight=0),
                EcsServiceCapacityProviderStrategy(capacity_provider="FARGATE_SPOT", weight=1),
            ],
            network_configuration={
                "subnets": list(subnets.task_ids),
                "security_groups": [group.id],
                "assign_public_ip": subnets.tasks_need_addresses,
            },
            load_balancer=[
                EcsServiceLoadBalancer(
                    target_group_arn=target_group_arn, container_name="wordpress", container_port=self.PORT
                )
            ],
            health_check_grace_period_seconds=60,
            deployment_circuit_breaker={"enable": True, "rollback": True},
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=200,
            availability_zone_rebalancing="ENABLED",
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            depends_on=[listening, self._capacity],
            # Scaling owns it once the service is there.
            lifecycle={"ignore_changes": ["desired_count"]} if options.image_tag else None,
        )
        if subnets.tasks_need_addresses:
            suppress(service, {"CKV_AWS_333": OFF_FOR_ITS_PRICE})
        self.name: str = service.name
        self.task_family: str = task.family

    def _cluster(self) -> tuple[str, EcsCluster]:
        cluster = EcsCluster(
            self,
            "cluster",
            name=self._name,
            setting=[EcsClusterSetting(name="containerInsights", value="enabled")],
        )
        self._capacity = EcsClusterCapacityProviders(
            self, "capacity", cluster_name=cluster.name, capacity_providers=["FARGATE", "FARGATE_SPOT"]
        )
        return cluster.name, cluster

    def _task(self, environment: Mapping[str, str], uploads: Uploads) -> EcsTaskDefinition:
        return EcsTaskDefinition(
            self,
            "task",
            family=self._name,
            requires_compatibilities=["FARGATE"],
            network_mode="awsvpc",
            cpu=str(self.CPU),
            memory=str(self.MEMORY),
            runtime_platform={"cpu_architecture": "ARM64", "operating_system_family": "LINUX"},
            execution_role_arn=self._execution_role(),
            task_role_arn=self._task_role(uploads),
            volume=[EcsTaskDefinitionVolume(name=_volume(path)) for path in self.SCRATCH],
            container_definitions=Fn.jsonencode([self._container(environment)]),
        )

    def _container(self, environment: Mapping[str, str]) -> dict[str, object]:
        return {
            "name": "wordpress",
            "image": f"{self._image.url}:{self._options.image_tag or 'none'}",
            "essential": True,
            "user": self.USER,
            "readonlyRootFilesystem": True,
            "linuxParameters": {"initProcessEnabled": True},
            "portMappings": [{"containerPort": self.PORT, "hostPort": self.PORT, "protocol": "tcp"}],
            "mountPoints": [
                {"sourceVolume": _volume(path), "containerPath": path, "readOnly": False}
                for path in self.SCRATCH
            ],
            "environment": [{"name": key, "value": value} for key, value in sorted(environment.items())],
            "secrets": [
                {"name": variable, "valueFrom": f"{self._secret_arn}:{key}::"}
                for variable, key in (
                    ("WORDPRESS_DB_PASSWORD", "password"),
                    ("WORDPRESS_DB_USER", "username"),
                    ("WORDPRESS_SALT", "salt"),
                )
            ],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": self._logs.name,
                    "awslogs-region": self._region,
                    "awslogs-stream-prefix": "task",
                },
            },
        }

    def _environment(
        self, uploads: Uploads, database: RegionDatabase, secret: DatabaseSecret
    ) -> dict[str, str]:
        return {
            "WORDPRESS_DB_HOST": database.reader_endpoint,
            "WORDPRESS_DB_WRITER_HOST": database.writer_endpoint,
            "WORDPRESS_DB_NAME": DATABASE,
            "WORDPRESS_DB_TLS": "on",
            "WORDPRESS_DB_FORWARDING": "session",
            "WORDPRESS_URL": self._options.url,
            "WORDPRESS_SHOP_URL": self._options.shop_url,
            "WORDPRESS_REGION": self._region,
            "WORDPRESS_UPLOADS_BUCKET": uploads.name,
            "WORDPRESS_ADMIN_ADDRESSES": ",".join(self._options.admin_addresses),
            "WORDPRESS_HEALTH_SECONDS": str(
                self.HEALTH_MEMORY_SECONDS if self._options.remember_health else 0
            ),
            # A task reads the secret when it starts: another version means other tasks.
            "WORDPRESS_SECRET_VERSION": str(secret.value_version),
        }

    def _execution_role(self) -> str:
        role = IamRole(
            self,
            "execution-role",
            name=f"{self._name}-start-{self._region}",
            assume_role_policy=_ASSUMED_BY_TASKS,
        )
        permissions = Permissions(self, "execution", role=role.id)
        self._image.grant_pull(permissions)
        permissions.allow(
            Statement("ReadSecret", ("secretsmanager:GetSecretValue",), (self._secret_arn,)),
            Statement("WriteLogs", ("logs:CreateLogStream", "logs:PutLogEvents"), (f"{self._logs.arn}:*",)),
        )
        arn: str = role.arn
        return arn

    def _task_role(self, uploads: Uploads) -> str:
        role = IamRole(
            self, "task-role", name=f"{self._name}-task-{self._region}", assume_role_policy=_ASSUMED_BY_TASKS
        )
        uploads.grant_use(Permissions(self, "permissions", role=role.id))
        arn: str = role.arn
        return arn

    def _reach_aws(self, group: Group) -> None:
        """Let tasks call AWS's services; they have public addresses, so this is all of the internet's port 443."""
        VpcSecurityGroupEgressRule(
            self,
            "to-aws",
            security_group_id=group.id,
            description="ECR, Secrets Manager, CloudWatch and S3, which have no fixed addresses",
            cidr_ipv4=EVERYWHERE,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
        )


def _volume(path: str) -> str:
    return path.strip("/").replace("/", "-")
