"""The ECS service with WordPress's tasks on Fargate."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf import Fn
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

from modules.blog.balancer import Balancer
from modules.blog.database import DATABASE, RegionDatabase
from modules.blog.database_secret import DatabaseSecret
from modules.blog.image import Image
from modules.blog.public_subnets import EVERYWHERE, PublicSubnets
from modules.blog.uploads import Uploads
from modules.network import HTTPS, Group
from modules.permissions import Permissions, Statement, assumed_by
from modules.support.resources import log_group
from modules.support.suppression import OFF_FOR_ITS_PRICE, suppress

_USER = "33:33"
"""www-data in Debian's images."""
_SCRATCH = ("/tmp", "/run/apache2", "/run/lock")  # noqa: S108  paths in the container
"""Writable directories, a volume for each. The rest of the file system is read-only."""


@dataclass(frozen=True)
class ServiceParts:
    """The resources that the service uses."""

    subnets: PublicSubnets
    """Subnets of the tasks."""
    group: Group
    """Security group of the tasks."""
    balancer: Balancer
    """Load balancer in front of the tasks."""
    image: Image
    """Repository of the image."""
    uploads: Uploads
    """Bucket of the media."""
    database: RegionDatabase
    """The region's database cluster."""
    secret: DatabaseSecret
    """Credentials of the database."""


@dataclass(frozen=True)
class ServiceOptions:
    """Configuration of WordPress, and the number and size of tasks."""

    name: str
    """Name of cluster and service."""
    region: str
    """AWS region."""
    url: str
    """URL of the blog."""
    shop_url: str
    """URL of the storefront."""
    api_url: str = ""
    """URL of the region's API, for prices on cards of books. Empty: cards without prices."""
    image_tag: str | None = None
    """Tag of the image. None: no task runs."""
    admin_addresses: tuple[str, ...] = ()
    """CIDR blocks of the editors."""
    tasks: int = 2
    """Number of tasks when the service is created."""
    cpu: int = 256
    """CPU units of a task; 1024 are one vCPU."""
    memory: int = 512
    """Memory of a task in MB."""
    log_retention_days: int = 30
    """How long CloudWatch keeps the logs."""


class Service(Construct):
    """A service in two zones: the first task on demand, the others on spot capacity.

    Tasks have a read-only file system and keep no data.
    """

    PORT = 8080
    """Port of the container."""

    def __init__(self, scope: Construct, id: str, *, parts: ServiceParts, options: ServiceOptions) -> None:
        """Create cluster, task definition and service.

        Args:
            parts: The resources that the service uses.
            options: Configuration of WordPress, and the number and size of tasks.
        """
        super().__init__(scope, id)
        name, region, subnets = options.name, options.region, parts.subnets
        self._name = name
        self._region = region
        self._options = options
        self._image = parts.image
        # ARNs of the secret's replicas differ in the region only.
        self._secret_arn = Fn.replace(
            parts.secret.arn, "/:secretsmanager:[a-z0-9-]+:/", f":secretsmanager:{region}:"
        )
        self._logs = log_group(
            self,
            "logs",
            name=f"/aws/ecs/{name}",
            retention_days=options.log_retention_days,
            holds_addresses=True,
        )
        self.cluster_name, cluster = self._cluster()
        """Name of the ECS cluster."""
        task = self._task(self._environment(parts), parts.uploads)
        self._reach_aws(parts.group)
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
                "security_groups": [parts.group.id],
                "assign_public_ip": subnets.tasks_need_addresses,
            },
            load_balancer=[
                EcsServiceLoadBalancer(
                    target_group_arn=parts.balancer.target_group_arn,
                    container_name="wordpress",
                    container_port=self.PORT,
                )
            ],
            health_check_grace_period_seconds=60,
            deployment_circuit_breaker={"enable": True, "rollback": True},
            deployment_minimum_healthy_percent=100,
            deployment_maximum_percent=200,
            availability_zone_rebalancing="ENABLED",
            enable_ecs_managed_tags=True,
            propagate_tags="SERVICE",
            depends_on=[parts.balancer.listening, self._capacity],
            # Automatic scaling changes it.
            lifecycle={"ignore_changes": ["desired_count"]} if options.image_tag else None,
        )
        if subnets.tasks_need_addresses:
            suppress(service, {"CKV_AWS_333": OFF_FOR_ITS_PRICE})
        self.name: str = service.name
        """Name of the service."""
        self.task_family: str = task.family
        """Family of the task definition."""

    def _cluster(self) -> tuple[str, EcsCluster]:
        cluster = EcsCluster(
            self,
            "cluster",
            name=self._name,
            setting=[EcsClusterSetting(name="containerInsights", value="disabled")],
        )
        suppress(cluster, {"CKV_AWS_65": OFF_FOR_ITS_PRICE})
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
            cpu=str(self._options.cpu),
            memory=str(self._options.memory),
            runtime_platform={"cpu_architecture": "ARM64", "operating_system_family": "LINUX"},
            execution_role_arn=self._execution_role(),
            task_role_arn=self._task_role(uploads),
            volume=[EcsTaskDefinitionVolume(name=_volume(path)) for path in _SCRATCH],
            container_definitions=Fn.jsonencode(
                [self._database_user(environment), self._wordpress(environment)]
            ),
        )

    def _database_user(self, environment: Mapping[str, str]) -> dict[str, object]:
        """Return the container that creates WordPress's database user, and ends before WordPress starts.

        Only this container has the master's credentials. It does nothing where the database is read-only.
        """
        wanted = {name: value for name, value in environment.items() if name.startswith("WORDPRESS_DB_")}
        return {
            **self._container("database-user", wanted),
            "essential": False,
            "command": ["php", "bin/database-user.php"],
            "secrets": self._secrets(
                {
                    "DATABASE_MASTER_USER": "master_username",
                    "DATABASE_MASTER_PASSWORD": "master_password",
                    "WORDPRESS_DB_USER": "username",
                    "WORDPRESS_DB_PASSWORD": "password",
                }
            ),
        }

    def _wordpress(self, environment: Mapping[str, str]) -> dict[str, object]:
        return {
            **self._container("wordpress", environment),
            "essential": True,
            "dependsOn": [{"containerName": "database-user", "condition": "SUCCESS"}],
            "portMappings": [{"containerPort": self.PORT, "hostPort": self.PORT, "protocol": "tcp"}],
            "mountPoints": [
                {"sourceVolume": _volume(path), "containerPath": path, "readOnly": False} for path in _SCRATCH
            ],
            "secrets": self._secrets(
                {
                    "WORDPRESS_DB_PASSWORD": "password",
                    "WORDPRESS_DB_USER": "username",
                    "WORDPRESS_SALT": "salt",
                }
            ),
        }

    def _secrets(self, keys: Mapping[str, str]) -> list[dict[str, str]]:
        """Return variables with the values of the secret's keys."""
        return [
            {"name": variable, "valueFrom": f"{self._secret_arn}:{key}::"} for variable, key in keys.items()
        ]

    def _container(self, name: str, environment: Mapping[str, str]) -> dict[str, object]:
        """Return what both containers of a task have in common."""
        return {
            "name": name,
            "image": f"{self._image.url}:{self._options.image_tag or 'none'}",
            "user": _USER,
            "readonlyRootFilesystem": True,
            "linuxParameters": {"initProcessEnabled": True},
            "environment": [{"name": key, "value": value} for key, value in sorted(environment.items())],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": self._logs.name,
                    "awslogs-region": self._region,
                    "awslogs-stream-prefix": "task",
                },
            },
        }

    def _environment(self, parts: ServiceParts) -> dict[str, str]:
        return {
            "WORDPRESS_DB_HOST": parts.database.endpoint,
            "WORDPRESS_DB_WRITER_HOST": parts.database.endpoint,
            "WORDPRESS_DB_NAME": DATABASE,
            "WORDPRESS_DB_TLS": "on",
            "WORDPRESS_DB_FORWARDING": "session",
            "WORDPRESS_URL": self._options.url,
            "WORDPRESS_SHOP_URL": self._options.shop_url,
            "WORDPRESS_API_URL": self._options.api_url,
            "WORDPRESS_REGION": self._region,
            "WORDPRESS_UPLOADS_BUCKET": parts.uploads.name,
            "WORDPRESS_ADMIN_ADDRESSES": ",".join(self._options.admin_addresses),
            # Tasks read the secret when they start. A new version must start new tasks.
            "WORDPRESS_SECRET_VERSION": str(parts.secret.value_version),
        }

    def _execution_role(self) -> str:
        role = IamRole(
            self,
            "execution-role",
            name=f"{self._name}-start-{self._region}",
            assume_role_policy=assumed_by(self, "ecs-tasks.amazonaws.com"),
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
            self,
            "task-role",
            name=f"{self._name}-task-{self._region}",
            assume_role_policy=assumed_by(self, "ecs-tasks.amazonaws.com"),
        )
        uploads.grant_use(Permissions(self, "permissions", role=role.id))
        arn: str = role.arn
        return arn

    def _reach_aws(self, group: Group) -> None:
        """Allow tasks to call AWS services on their public addresses, which means port 443 of all addresses."""
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
