"""DynamoDB global tables: base tables in one region, replicas in the others, and a view of them for each region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf import Fn, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.data_aws_dynamodb_table import DataAwsDynamodbTable
from cdktf_cdktf_provider_aws.dynamodb_table import (
    DynamodbTable,
    DynamodbTableGlobalSecondaryIndex,
    DynamodbTableLocalSecondaryIndex,
)
from cdktf_cdktf_provider_aws.dynamodb_table_replica import DynamodbTableReplicaA
from constructs import Construct

from modules.permissions import Permissions, Statement
from modules.support.suppression import AWS_MANAGED_KEY, suppress


@dataclass(frozen=True)
class Index:
    """A secondary index that projects all attributes. It is a local index if it has its table's hash key."""

    name: str
    """Name of the index."""
    hash_key: str
    """Attribute of the partition key."""
    range_key: str
    """Attribute of the sort key."""


@dataclass(frozen=True)
class TableSpec:
    """The schema of a table."""

    name: str
    """Short name. The table is called `<deployment>-<name>`."""
    hash_key: str
    """Attribute of the partition key."""
    range_key: str | None = None
    """Attribute of the sort key."""
    indexes: tuple[Index, ...] = ()
    """Secondary indexes."""
    numbers: frozenset[str] = frozenset()
    """Key attributes that are numbers. All others are strings."""
    expires_at: str | None = None
    """Attribute with the time, in epoch seconds, after which DynamoDB deletes the item."""

    @property
    def attributes(self) -> tuple[str, ...]:
        """All attributes that are part of a key, sorted by name."""
        keys = [self.hash_key, self.range_key]
        for index in self.indexes:
            keys += [index.hash_key, index.range_key]
        return tuple(sorted({key for key in keys if key}))

    @property
    def global_indexes(self) -> tuple[Index, ...]:
        """The indexes with a partition key of their own, which DynamoDB throttles by themselves."""
        return tuple(index for index in self.indexes if index.hash_key != self.hash_key)


TABLES = (
    TableSpec(
        name="books",
        hash_key="id",
        indexes=(
            Index("category-rating", hash_key="category", range_key="rating"),
            Index("listing-rating", hash_key="listing", range_key="rating"),
        ),
        numbers=frozenset({"rating"}),
    ),
    TableSpec(name="cart", hash_key="customerId", range_key="bookId", expires_at="expiresAt"),
    TableSpec(
        name="orders",
        hash_key="customerId",
        range_key="orderId",
        indexes=(
            Index("customer-createdAt", hash_key="customerId", range_key="createdAt"),
            Index("sweep", hash_key="sweep", range_key="sweepAt"),
        ),
    ),
    TableSpec(name="stock", hash_key="bookId", range_key="region"),
)
"""The tables of the bookstore."""


class BaseTables(Construct):
    """The tables in the region that creates them: on demand, with point-in-time recovery and streams."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        protected: bool,
        tables: Sequence[TableSpec] = TABLES,
    ) -> None:
        """Create one table per specification.

        Args:
            name: Name of the deployment, the prefix of the tables' names.
            protected: Whether DynamoDB refuses to delete the tables.
            tables: Schemas of the tables.
        """
        super().__init__(scope, id)
        self._tables = {spec.name: self._table(spec, name, protected) for spec in tables}

    @property
    def arns(self) -> Mapping[str, str]:
        """ARNs by short name, the input of `TableReplicas`."""
        return {name: table.arn for name, table in self._tables.items()}

    @property
    def names(self) -> Mapping[str, str]:
        """Full names by short name, the input of `RegionTables`."""
        return {name: table.name for name, table in self._tables.items()}

    def _table(self, spec: TableSpec, name: str, protected: bool) -> DynamodbTable:
        local = [index for index in spec.indexes if index.hash_key == spec.hash_key]
        table = DynamodbTable(
            self,
            spec.name,
            name=f"{name}-{spec.name}",
            billing_mode="PAY_PER_REQUEST",
            hash_key=spec.hash_key,
            range_key=spec.range_key,
            attribute=[{"name": key, "type": "N" if key in spec.numbers else "S"} for key in spec.attributes],
            stream_enabled=True,
            stream_view_type="NEW_AND_OLD_IMAGES",
            point_in_time_recovery={"enabled": True},
            server_side_encryption={"enabled": True},
            deletion_protection_enabled=protected,
            local_secondary_index=[_local(index) for index in local] or None,
            global_secondary_index=[_global(index) for index in spec.global_indexes] or None,
            ttl={"attribute_name": spec.expires_at, "enabled": True} if spec.expires_at else None,
            # Each region's stack owns its replica; without this, the base table would remove it.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["replica"]),
        )
        suppress(table, {"CKV_AWS_119": AWS_MANAGED_KEY})
        return table


class TableReplicas(Construct):
    """Replicas of base tables in a further region. DynamoDB copies indexes, TTL and the stream configuration."""

    def __init__(self, scope: Construct, id: str, *, base_arns: Mapping[str, str], protected: bool) -> None:
        """Create one replica per base table, in the region of the stack's provider.

        Args:
            base_arns: ARNs of the base tables by short name, see `BaseTables.arns`.
            protected: Whether DynamoDB refuses to delete the replicas.
        """
        super().__init__(scope, id)
        self.replicas = {
            name: DynamodbTableReplicaA(
                self,
                name,
                global_table_arn=arn,
                point_in_time_recovery=True,
                deletion_protection_enabled=protected,
                # DynamoDB returns the ARN of its own key once the replica exists.
                lifecycle=TerraformResourceLifecycle(ignore_changes=["kms_key_arn"]),
            )
            for name, arn in base_arns.items()
        }
        """Replicas by short name."""
        for replica in self.replicas.values():
            suppress(replica, {"CKV_AWS_271": AWS_MANAGED_KEY})


class Table:
    """A table as seen by the functions of one region."""

    def __init__(self, short_name: str, table: DynamodbTable | DataAwsDynamodbTable) -> None:
        """Wrap a table.

        Args:
            short_name: Short name of the table.
            table: The table, or its data source in this region.
        """
        self._short_name = short_name
        self.name: str = table.name
        """Full name, the same in every region."""
        self.arn: str = table.arn
        """ARN in this region."""
        self.stream_arn: str = table.stream_arn
        """ARN of this region's stream, which contains local and replicated writes."""

    @property
    def environment(self) -> dict[str, str]:
        """Environment variable with the table's name: `<SHORT NAME>_TABLE`."""
        return {f"{self._short_name.upper()}_TABLE": self.name}

    def grant(self, permissions: Permissions, *operations: str, indexes: Sequence[str] = ()) -> None:
        """Allow a role some operations on the table, for example `GetItem`, and `Query` on some of its indexes.

        `TransactWriteItems` needs the operations of its parts (`PutItem`, `UpdateItem`, `DeleteItem`):
        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
        """
        name = self._short_name.title()
        actions = tuple(f"dynamodb:{operation}" for operation in operations)
        arns = tuple(f"{self.arn}/index/{index}" for index in indexes)
        permissions.allow(
            Statement(f"Use{name}", actions, (self.arn,)),
            *([Statement(f"Query{name}", ("dynamodb:Query",), arns)] if indexes else []),
        )

    def grant_write_probe(self, permissions: Permissions, *, key: str) -> None:
        """Allow a role to update the items with this partition key.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
        """
        permissions.allow(
            Statement(
                f"ProbeWrites{self._short_name.title()}",
                ("dynamodb:UpdateItem",),
                (self.arn,),
                conditions={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [key]}},
            )
        )

    def grant_stream(self, permissions: Permissions) -> None:
        """Allow Lambda to read the stream with a function's role."""
        permissions.allow(
            Statement(
                f"Stream{self._short_name.title()}",
                ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
                (self.stream_arn,),
            ),
            Statement(
                "FindStreams",
                ("dynamodb:ListStreams",),
                ("*",),
                reason="ListStreams has no resource-level permissions",
            ),
        )


class RegionTables(Construct):
    """The tables of a region by short name, whether they are base tables or replicas."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Mapping[str, str],
        replicas: TableReplicas | None = None,
    ) -> None:
        """Look the tables up in the region of the stack's provider.

        Args:
            names: Full names of the tables by short name, see `BaseTables.names`.
            replicas: The region's replicas, which must exist before they are looked up. None in the region of the
                base tables.
        """
        super().__init__(scope, id)
        self._tables = {
            short_name: Table(short_name, self._look_up(short_name, name, replicas))
            for short_name, name in names.items()
        }

    def __getitem__(self, short_name: str) -> Table:
        """Return a table by its short name."""
        return self._tables[short_name]

    @property
    def names(self) -> Mapping[str, str]:
        """Full names by short name."""
        return {short_name: table.name for short_name, table in self._tables.items()}

    def _look_up(self, short_name: str, name: str, replicas: TableReplicas | None) -> DataAwsDynamodbTable:
        if replicas:
            # The name from the replica's ARN makes Terraform create the replica first. With `depends_on`, each change
            # of the replica, even of a tag, would make the stream's ARN unknown and replace the stream's readers.
            name = Fn.element(Fn.split("/", replicas.replicas[short_name].arn), 1)
        return DataAwsDynamodbTable(self, short_name, name=name)


def _local(index: Index) -> DynamodbTableLocalSecondaryIndex:
    return DynamodbTableLocalSecondaryIndex(name=index.name, range_key=index.range_key, projection_type="ALL")


def _global(index: Index) -> DynamodbTableGlobalSecondaryIndex:
    return DynamodbTableGlobalSecondaryIndex(
        name=index.name, hash_key=index.hash_key, range_key=index.range_key, projection_type="ALL"
    )
