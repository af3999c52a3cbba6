from typing import Any

import pytest

from modules.tables import TABLES, TableSpec
from ops import replication_lag
from tests.support.synthesis import shop


def test_lag_is_measured_of_every_table() -> None:
    assert sorted(replication_lag.TABLES) == sorted(spec.name for spec in TABLES)


def base(name: str) -> dict[str, Any]:
    return dict(shop()["global"].find("aws_dynamodb_table", name=f"bookstore-prod-{name}").body)


@pytest.mark.parametrize("spec", TABLES, ids=lambda spec: spec.name)
def test_table_is_on_demand_and_restorable(spec: TableSpec) -> None:
    table = base(spec.name)
    assert table["billing_mode"] == "PAY_PER_REQUEST"
    assert table["point_in_time_recovery"] == {"enabled": True}
    assert table["server_side_encryption"] == {"enabled": True}
    assert (table["stream_enabled"], table["stream_view_type"]) == (True, "NEW_AND_OLD_IMAGES")
    assert table["lifecycle"] == {"ignore_changes": ["replica"]}


@pytest.mark.parametrize("spec", TABLES, ids=lambda spec: spec.name)
def test_table_declares_key_attributes_only(spec: TableSpec) -> None:
    table = base(spec.name)
    declared = {each["name"] for each in table["attribute"]}
    keys = {table["hash_key"], table.get("range_key")}
    for kind in ("local_secondary_index", "global_secondary_index"):
        for index in table.get(kind, ()):
            keys |= {index.get("hash_key"), index["range_key"]}
    assert declared == keys - {None}


def test_books_are_indexed_by_rating() -> None:
    indexes = {each["name"]: each for each in base("books")["global_secondary_index"]}
    assert {name: (each["hash_key"], each["range_key"]) for name, each in indexes.items()} == {
        "category-rating": ("category", "rating"),
        "listing-rating": ("listing", "rating"),
    }
    assert {each["name"]: each["type"] for each in base("books")["attribute"]}["rating"] == "N"


def test_orders_are_indexed_by_time() -> None:
    (index,) = base("orders")["local_secondary_index"]
    assert (index["name"], index["range_key"]) == ("customer-createdAt", "createdAt")


def test_only_cart_lines_expire() -> None:
    assert base("cart")["ttl"] == {"attribute_name": "expiresAt", "enabled": True}
    assert "ttl" not in base("books")
    assert "ttl" not in base("orders")


def test_replica_is_restorable() -> None:
    for replica in shop()["ap-southeast-1"].resources("aws_dynamodb_table_replica"):
        assert replica.body["point_in_time_recovery"] is True
        assert replica.body["lifecycle"] == {"ignore_changes": ["kms_key_arn"]}


def test_lookup_waits_for_replica() -> None:
    region = shop()["ap-southeast-1"]
    replicas = region.resources("aws_dynamodb_table_replica")
    lookups = [table.body["name"] for table in region.data("aws_dynamodb_table")]
    assert len(lookups) == len(replicas)
    assert all(any(f"{replica.address}.arn" in name for name in lookups) for replica in replicas)
