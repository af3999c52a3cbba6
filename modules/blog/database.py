"""The blog's database: an Aurora MySQL global database with one writer region and readers in the others."""

from dataclasses import dataclass, field

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

from modules.blog.database_secret import DatabaseSecret, master_password_of
from modules.network import Group, Network
from modules.support.resources import log_group
from modules.support.suppression import SMALL_GLOBAL_DATABASE, suppress

ENGINE = "aurora-mysql"
ENGINE_VERSION = "8.0.mysql_aurora.3.10.3"
"""3.10 has long-term support."""
FAMILY = "aurora-mysql8.0"
DATABASE = "wordpress"
PORT = 3306
LOGS = ("audit", "error", "slowquery")
"""MySQL logs that go to CloudWatch."""


@dataclass(frozen=True)
class Capacity:
    """Capacity of a Serverless v2 instance, in Aurora capacity units (ACU) of about 2 GiB memory.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2-auto-pause.html
    """

    minimum: float = 0.5
    """Smallest capacity, at least 0.5: members of a global database do not pause with a minimum of 0."""
    maximum: float = 4
    """Largest capacity."""


@dataclass(frozen=True)
class DatabaseOptions:
    """Name, size and protection of a region's cluster."""

    name: str
    """Name of the cluster's resources."""
    region: str
    """AWS region."""
    primary: bool
    """Whether this region's cluster creates the database. The others join as readers."""
    capacity: Capacity = field(default_factory=Capacity)
    """Capacity of each instance."""
    protected: bool = True
    """Whether RDS refuses to delete the cluster and keeps a final snapshot."""
    backup_days: int = 14
    """How long automatic backups are kept."""
    log_retention_days: int = 30
    """How long CloudWatch keeps MySQL's logs."""


class GlobalDatabase(Construct):
    """The global cluster that connects the regions' clusters. Operators decide which region is the writer."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, secret: DatabaseSecret, protected: bool
    ) -> None:
        """Create the global cluster.

        Args:
            name: Name of the deployment.
            secret: Credentials of the database.
            protected: Whether RDS refuses to delete the global cluster.
        """
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
        """Identifier of the global cluster, known once it exists."""
        self.secret = secret
        """Credentials of the database."""


class RegionDatabase(Construct):
    """A region's cluster with one instance: the other regions are its standbys."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        network: Network,
        clients: Group,
        database: GlobalDatabase,
        options: DatabaseOptions,
    ) -> None:
        """Create the cluster.

        Args:
            network: Network of the cluster.
            clients: Security group whose members may connect.
            database: The global cluster to join.
            options: Name, size and protection.
        """
        super().__init__(scope, id)
        self._name = options.name
        # "The names you choose for each of your Aurora DB clusters must be unique, across all AWS Regions":
        # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.configuration.requirements.html
        self.cluster_name = f"{options.name}-{options.region}"
        """Dimension `DBClusterIdentifier` of its metrics."""
        capacity, protected = options.capacity, options.protected
        self._group = network.security_group(
            self, "group", name=f"{self._name}-database", description="The database of the blog"
        )
        clients.allow_to("database", self._group, PORT)
        cluster = RdsCluster(
            self,
            "cluster",
            cluster_identifier=self.cluster_name,
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
            },
            backup_retention_period=options.backup_days,
            copy_tags_to_snapshot=True,
            enabled_cloudwatch_logs_exports=list(LOGS),
            depends_on=[self._log(kind, options.log_retention_days) for kind in LOGS],
            # Otherwise RDS sets a new master password in the next maintenance window, and new tasks cannot sign in
            # until then. A new engine version is installed at once too.
            # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Modifying.html
            apply_immediately=True,
            deletion_protection=protected,
            skip_final_snapshot=not protected,
            final_snapshot_identifier=f"{self._name}-final" if protected else None,
            # It changes when operators move the writer (ops/commands/blog_promote.py).
            lifecycle={"ignore_changes": ["replication_source_identifier"]},
            **self._initial_data(database.secret) if options.primary else {},
        )
        suppress(cluster, dict.fromkeys(("CKV_AWS_162", "CKV_AWS_326", "CKV2_AWS_8"), SMALL_GLOBAL_DATABASE))
        self.cluster_arn: str = cluster.arn
        """ARN of the cluster."""
        self._instance(cluster)
        # A cluster's own endpoint is inactive while the cluster is a secondary one, which changes with
        # `make blog-promote`. With its single instance a cluster is reached by the reader endpoint in both roles:
        # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Endpoints.Reader.html
        self.endpoint: str = cluster.reader_endpoint
        """Host for reading and writing from this region. A secondary cluster forwards statements that change rows."""

    def _log(self, kind: str, retention_days: int) -> CloudwatchLogGroup:
        """Create the log group that RDS would otherwise create without a retention time."""
        name = f"/aws/rds/cluster/{self.cluster_name}/{kind}"
        return log_group(self, f"{kind}-log", name=name, retention_days=retention_days)

    def _initial_data(self, secret: DatabaseSecret) -> dict[str, object]:
        """Arguments of the first cluster only. The others replicate database and user."""
        return {
            "database_name": DATABASE,
            "master_username": DatabaseSecret.MASTER,
            "master_password_wo": master_password_of(self, secret.arn),
            "master_password_wo_version": secret.value_version,
        }

    def _instance(self, cluster: RdsCluster) -> None:
        instance = RdsClusterInstance(
            self,
            "instance-0",
            identifier=f"{self._name}-0",
            cluster_identifier=cluster.id,
            engine=ENGINE,
            engine_version=ENGINE_VERSION,
            instance_class="db.serverless",
            publicly_accessible=False,
            # All regions must run the same version, or the writer cannot move without data loss.
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
        values = {
            "require_secure_transport": "ON",
            "character_set_server": "utf8mb4",
            # Connections and DDL only; auditing all statements would log every page view.
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
                RdsClusterParameterGroupParameter(name=name, value=value) for name, value in values.items()
            ],
        )
        name: str = group.name
        return name

    def _key(self) -> str:
        """Create a key in this region. A cluster cannot use the key of another region."""
        key = KmsKey(self, "key", description=f"Encrypts {self._name}", enable_key_rotation=True)
        suppress(key, {"CKV2_AWS_64": SMALL_GLOBAL_DATABASE})
        KmsAlias(self, "key-alias", name=f"alias/{self._name}", target_key_id=key.key_id)
        arn: str = key.arn
        return arn
