"""The blog's database: an Aurora MySQL global database, one writer region and a readable copy in each other."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.rds_cluster import RdsCluster
from cdktf_cdktf_provider_aws.rds_cluster_instance import RdsClusterInstance
from cdktf_cdktf_provider_aws.rds_cluster_parameter_group import (
    RdsClusterParameterGroup,
    RdsClusterParameterGroupParameter,
)
from cdktf_cdktf_provider_aws.rds_global_cluster import RdsGlobalCluster
from constructs import Construct

from modules.blog.database_secret import DatabaseSecret, password_of
from modules.network import Group, Network
from modules.support.resources import log_group
from modules.support.suppression import SMALL_GLOBAL_DATABASE, suppress

ENGINE = "aurora-mysql"
ENGINE_VERSION = "8.0.mysql_aurora.3.10.3"
"""3.10 is a release with long-term support; 3.08 is the first that can pause."""
FAMILY = "aurora-mysql8.0"
DATABASE = "wordpress"
PORT = 3306
LOGS = ("audit", "error", "slowquery")
"""Those of MySQL's logs that go to CloudWatch."""


@dataclass(frozen=True)
class Capacity:
    """What an instance may use, in Aurora capacity units of about 2 GiB of memory each.

    With a `minimum` of 0 it pauses after `pause_after` seconds without a connection and takes up to 15 seconds to
    come back. https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
    """

    minimum: float = 0.5
    maximum: float = 4
    pause_after: int = 600


class GlobalDatabase(Construct):
    """What ties the regions' clusters together. The writer may move: operators own where it is."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, secret: DatabaseSecret, protected: bool
    ) -> None:
        super().__init__(scope, id)
        cluster = RdsGlobalCluster(
            self,
            "cluster",
            global_cluster_identifier=f"{name}-blog",
            engine=ENGINE,
            engine_version=ENGINE_VERSION,
            storage_encrypted=True,
            deletion_protection=protected,
        )
        self.id: str = cluster.id
        """The global cluster's identifier, known once it is there."""
        self.secret = secret


class RegionDatabase(Construct):
    """A region's cluster. The region that `founds` makes the database; the others join it as copies."""

    BACKUP_DAYS = 14
    INSTANCES = 1
    """A standby in the region costs as much again; another region is the standby here."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        network: Network,
        clients: Group,
        database: GlobalDatabase,
        founds: bool,
        capacity: Capacity,
        protected: bool,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id)
        self._name = f"{name}-blog"
        self._group = network.security_group(
            self, "group", name=f"{self._name}-database", description="The blog's database"
        )
        clients.allow_to("database", self._group, PORT)
        cluster = RdsCluster(
            self,
            "cluster",
            cluster_identifier=self._name,
            global_cluster_identifier=database.id,
            engine=ENGINE,
            engine_version=ENGINE_VERSION,
            db_subnet_group_name=self._subnets(network),
            vpc_security_group_ids=[self._group.id],
            db_cluster_parameter_group_name=self._parameters(),
            port=PORT,
            storage_encrypted=True,
            kms_key_id=self._key(),
            enable_global_write_forwarding=True,
            serverlessv2_scaling_configuration={
                "min_capacity": capacity.minimum,
                "max_capacity": capacity.maximum,
                "seconds_until_auto_pause": capacity.pause_after if capacity.minimum == 0 else None,
            },
            backup_retention_period=self.BACKUP_DAYS,
            copy_tags_to_snapshot=True,
            enabled_cloudwatch_logs_exports=list(LOGS),
            depends_on=[self._log(kind, log_retention_days) for kind in LOGS],
            deletion_protection=protected,
            skip_final_snapshot=not protected,
            final_snapshot_identifier=f"{self._name}-final" if protected else None,
            # It changes when the writer moves, which operators do (ops/commands/blog_promote.py), not Terraform.
            lifecycle={"ignore_changes": ["replication_source_identifier"]},
            **self._founding(database.secret) if founds else {},
        )
        suppress(cluster, dict.fromkeys(("CKV_AWS_162", "CKV_AWS_326", "CKV2_AWS_8"), SMALL_GLOBAL_DATABASE))
        self.cluster_arn: str = cluster.arn
        self.cluster_name = self._name
        """What its metrics call it."""
        for number in range(self.INSTANCES):
            self._instance(number, cluster)
        self.reader_endpoint: str = cluster.reader_endpoint
        """Reads here. With one instance it is the writer as well once this region is the primary."""
        # Only the cluster endpoint of the region that leads takes changes to tables; another region's reader
        # endpoint forwards what changes rows.
        self.writer_endpoint: str = cluster.endpoint if founds else cluster.reader_endpoint
        """Where this region sends what it wants written."""

    def _log(self, kind: str, retention_days: int) -> CloudwatchLogGroup:
        """RDS would make it by itself, under this name, and keep its lines for ever."""
        name = f"/aws/rds/cluster/{self._name}/{kind}"
        return log_group(self, f"{kind}-log", name=name, retention_days=retention_days)

    def _founding(self, secret: DatabaseSecret) -> dict[str, object]:
        """What the first cluster says for all: the others copy it with the data."""
        return {
            "database_name": DATABASE,
            "master_username": DatabaseSecret.USER,
            "master_password_wo": password_of(self, secret.arn),
            "master_password_wo_version": secret.value_version,
        }

    def _instance(self, number: int, cluster: RdsCluster) -> None:
        instance = RdsClusterInstance(
            self,
            f"instance-{number}",
            identifier=f"{self._name}-{number}",
            cluster_identifier=cluster.id,
            engine=ENGINE,
            engine_version=ENGINE_VERSION,
            instance_class="db.serverless",
            publicly_accessible=False,
            # The regions' versions must stay equal, or the writer cannot move without loss.
            auto_minor_version_upgrade=False,
        )
        suppress(
            instance, dict.fromkeys(("CKV_AWS_118", "CKV_AWS_226", "CKV_AWS_353"), SMALL_GLOBAL_DATABASE)
        )

    def _subnets(self, network: Network) -> str:
        group = DbSubnetGroup(self, "subnets", name=self._name, subnet_ids=list(network.private_subnet_ids))
        name: str = group.name
        return name

    def _parameters(self) -> str:
        wanted = {
            "require_secure_transport": "ON",
            "character_set_server": "utf8mb4",
            # Who connects and who changes tables; every statement would be every page view.
            "server_audit_logging": "1",
            "server_audit_events": "CONNECT,QUERY_DDL",
            "slow_query_log": "1",
            "long_query_time": "1",
        }
        group = RdsClusterParameterGroup(
            self,
            "parameters",
            name=self._name,
            family=FAMILY,
            description="Connections over TLS only; queries of a second and more are logged",
            parameter=[
                RdsClusterParameterGroupParameter(name=name, value=value) for name, value in wanted.items()
            ],
        )
        name: str = group.name
        return name

    def _key(self) -> str:
        """A key of this region's own: a copy cannot be encrypted with another region's."""
        key = KmsKey(self, "key", description=f"Encrypts {self._name}", enable_key_rotation=True)
        suppress(key, {"CKV2_AWS_64": SMALL_GLOBAL_DATABASE})
        KmsAlias(self, "key-alias", name=f"alias/{self._name}", target_key_id=key.key_id)
        arn: str = key.arn
        return arn
