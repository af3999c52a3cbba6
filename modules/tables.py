"""The shop's DynamoDB global tables: base tables once, replicas elsewhere, each region's view of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdktf import TerraformResourceLifecycle
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
    """A secondary index, which holds whole items; local when it shares its table's hash key."""

    name: str
    hash_key: str
    range_key: str


@dataclass(frozen=True)
class TableSpec:
    """A table's shape. Keys are strings unless `numbers` names them."""

    name: str
    hash_key: str
    range_key: str | None = None
    indexes: tuple[Index, ...] = ()
    numbers: frozenset[str] = frozenset()
    expires_at: str | None = None
    """The attribute that tells when an item may go, in epoch seconds."""

    @property
    def attributes(self) -> tuple[str, ...]:
        """Every attribute that a key is made of."""
        keys = [self.hash_key, self.range_key]
        for index in self.indexes:
            keys += [index.hash_key, index.range_key]
        return tuple(sorted({key for key in keys if key}))


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
        indexes=(Index("customer-createdAt", hash_key="customerId", range_key="createdAt"),),
    ),
)


class BaseTables(Construct):
    """The tables where they are first: on demand, restorable to any second, streaming every change."""

    def __init__(self, scope: Construct, id: str, *, name: str, protected: bool) -> None:
        """A `protected` table refuses to be deleted."""
        super().__init__(scope, id)
        self._tables = {spec.name: self._table(spec, name, protected) for spec in TABLES}

    @property
    def arns(self) -> Mapping[str, str]:
        """By short name, for the replicas."""
        return {name: table.arn for name, table in self._tables.items()}

    @property
    def names(self) -> Mapping[str, str]:
        """By short name."""
        return {name: table.name for name, table in self._tables.items()}

    def _table(self, spec: TableSpec, name: str, protected: bool) -> DynamodbTable:
        own, elsewhere = _by_kind(spec)
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
            local_secondary_index=[_local(index) for index in own] or None,
            global_secondary_index=[_global(index) for index in elsewhere] or None,
            ttl={"attribute_name": spec.expires_at, "enabled": True} if spec.expires_at else None,
            # Each replica belongs to its own region's stack; here it would be taken for a change to undo.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["replica"]),
        )
        suppress(table, {"CKV_AWS_119": AWS_MANAGED_KEY})
        return table


class TableReplicas(Construct):
    """A region's copies of base tables that are elsewhere; indexes, TTL and streams come with them."""

    def __init__(self, scope: Construct, id: str, *, base_arns: Mapping[str, str], protected: bool) -> None:
        super().__init__(scope, id)
        self.replicas = {
            name: DynamodbTableReplicaA(
                self,
                name,
                global_table_arn=arn,
                point_in_time_recovery=True,
                deletion_protection_enabled=protected,
                # DynamoDB names its own key as soon as the replica is there.
                lifecycle=TerraformResourceLifecycle(ignore_changes=["kms_key_arn"]),
            )
            for name, arn in base_arns.items()
        }
        for replica in self.replicas.values():
            suppress(replica, {"CKV_AWS_271": AWS_MANAGED_KEY})


class Table:
    """A table as the functions of one region see it."""

    _READ = ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query")
    _WRITE = (
        "dynamodb:ConditionCheckItem",
        "dynamodb:DeleteItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
    )

    def __init__(self, short_name: str, seen: DataAwsDynamodbTable) -> None:
        self._short_name = short_name
        self.name: str = seen.name
        """The same in every region."""
        self.arn: str = seen.arn
        """This region's own."""
        self.stream_arn: str = seen.stream_arn
        """This region's own stream, which carries local and replicated writes."""

    @property
    def environment(self) -> dict[str, str]:
        """How a function is told the table's name."""
        return {f"{self._short_name.upper()}_TABLE": self.name}

    def grant_read(self, permissions: Permissions) -> None:
        """Let a role read items, of the table and of its indexes."""
        self._allow(permissions, "Read", self._READ)

    def grant_read_write(self, permissions: Permissions) -> None:
        """Let a role read and change items, also in transactions."""
        self._allow(permissions, "ReadWrite", self._READ + self._WRITE)

    def grant_scan(self, permissions: Permissions) -> None:
        """Let a role read all of the table."""
        self._allow(permissions, "Scan", ("dynamodb:Scan",))

    def grant_stream(self, permissions: Permissions) -> None:
        """Let Lambda read the stream on a role's behalf."""
        permissions.allow(
            Statement(
                f"Stream{self._short_name.title()}",
                ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
                (self.stream_arn,),
            ),
            Statement(
                "FindStreams", ("dynamodb:ListStreams",), ("*",), reason="listing streams knows no resource"
            ),
        )

    def _allow(self, permissions: Permissions, verb: str, actions: tuple[str, ...]) -> None:
        resources = (self.arn, f"{self.arn}/index/*")
        permissions.allow(Statement(f"{verb}{self._short_name.title()}", actions, resources))


class RegionTables(Construct):
    """The tables of a region, whether base or replica."""

    def __init__(
        self, scope: Construct, id: str, *, names: Mapping[str, str], replicas: TableReplicas | None
    ) -> None:
        super().__init__(scope, id)
        self._tables = {
            short_name: Table(short_name, self._seen(short_name, name, replicas))
            for short_name, name in names.items()
        }

    @property
    def books(self) -> Table:
        """What the shop sells."""
        return self._tables["books"]

    @property
    def cart(self) -> Table:
        """What shoppers mean to buy."""
        return self._tables["cart"]

    @property
    def orders(self) -> Table:
        """What they bought."""
        return self._tables["orders"]

    @property
    def names(self) -> Mapping[str, str]:
        """By short name."""
        return {short_name: table.name for short_name, table in self._tables.items()}

    def _seen(self, short_name: str, name: str, replicas: TableReplicas | None) -> DataAwsDynamodbTable:
        dependencies: dict[str, Any] = {"depends_on": [replicas.replicas[short_name]]} if replicas else {}
        return DataAwsDynamodbTable(self, short_name, name=name, **dependencies)


def _by_kind(spec: TableSpec) -> tuple[list[Index], list[Index]]:
    own = [index for index in spec.indexes if index.hash_key == spec.hash_key]
    return own, [index for index in spec.indexes if index not in own]


def _local(index: Index) -> DynamodbTableLocalSecondaryIndex:
    return DynamodbTableLocalSecondaryIndex(name=index.name, range_key=index.range_key, projection_type="ALL")


def _global(index: Index) -> DynamodbTableGlobalSecondaryIndex:
    return DynamodbTableGlobalSecondaryIndex(
        name=index.name, hash_key=index.hash_key, range_key=index.range_key, projection_type="ALL"
    )
