"""The global database: creation, access and password."""

import json
from typing import Any

import pytest

from tests.support.synthesis import CHANGED, EVERYTHING, Shop, shop

REGIONS = ("eu-west-1", "ap-southeast-1", "us-west-2")
CREATOR_ONLY = {"database_name", "master_username", "master_password_wo", "master_password_wo_version"}


@pytest.fixture(scope="module")
def blog() -> Shop:
    return shop(**EVERYTHING, regions=REGIONS)


def cluster(of: Shop, region: str) -> dict[str, Any]:
    return dict(of[f"{region}-blog"].only("aws_rds_cluster"))


def test_primary_creates_database_others_join(blog: Shop) -> None:
    first, *others = (cluster(blog, region) for region in REGIONS)
    assert first.keys() >= CREATOR_ONLY
    for other in others:
        assert not other.keys() & CREATOR_ONLY
        assert other["global_cluster_identifier"] == first["global_cluster_identifier"]


def test_clusters_are_otherwise_equal(blog: Shop) -> None:
    own = {"//", "cluster_identifier", *CREATOR_ONLY}
    first, *others = (
        {key: value for key, value in cluster(blog, region).items() if key not in own} for region in REGIONS
    )
    assert all(other == first for other in others)


def test_names_of_clusters_differ_and_their_logs_follow(blog: Shop) -> None:
    """Aurora takes a name once, across all regions."""
    names = {region: cluster(blog, region)["cluster_identifier"] for region in REGIONS}
    assert len(set(names.values())) == len(REGIONS)
    for region, name in names.items():
        groups = [each.body["name"] for each in blog[f"{region}-blog"].resources("aws_cloudwatch_log_group")]
        assert f"/aws/rds/cluster/{name}/slowquery" in groups


@pytest.mark.parametrize("region", REGIONS)
def test_tasks_use_endpoint_that_is_active_in_both_roles(blog: Shop, region: str) -> None:
    """The cluster's own endpoint does not resolve once `make blog-promote` has moved the writer away."""
    task = str(blog[f"{region}-blog"].only("aws_ecs_task_definition"))
    assert "reader_endpoint" in task
    assert ".endpoint" not in task
    assert len(blog[f"{region}-blog"].resources("aws_rds_cluster_instance")) == 1, (
        "reads would leave the writer"
    )


def test_other_regions_depend_on_primary(blog: Shop) -> None:
    manifest = json.loads((blog.folder / "manifest.json").read_text())["stacks"]
    for region in REGIONS[1:]:
        assert f"{blog.name}-{REGIONS[0]}-blog" in manifest[f"{blog.name}-{region}-blog"]["dependencies"]
        assert set(manifest[f"{blog.name}-{region}"]["dependencies"]) == {
            f"{blog.name}-global",
            f"{blog.name}-{region}-common",
        }


@pytest.mark.parametrize("region", REGIONS)
def test_cluster_is_encrypted_and_protected(blog: Shop, region: str) -> None:
    made = cluster(blog, region)
    assert made["storage_encrypted"] is True
    assert made["kms_key_id"].startswith("${aws_kms_key.")
    assert made["backup_retention_period"] >= 7
    assert made["deletion_protection"] is True
    assert made["skip_final_snapshot"] is False
    assert made["enable_global_write_forwarding"] is True
    assert "slowquery" in made["enabled_cloudwatch_logs_exports"]
    assert blog[f"{region}-blog"].only("aws_kms_key")["enable_key_rotation"] is True
    parameters = {
        each["name"]: each["value"]
        for each in blog[f"{region}-blog"].only("aws_rds_cluster_parameter_group")["parameter"]
    }
    assert parameters["require_secure_transport"] == "ON"
    assert parameters["slow_query_log"] == "1"


@pytest.mark.parametrize("region", REGIONS)
def test_only_tasks_reach_database(blog: Shop, region: str) -> None:
    stack = blog[f"{region}-blog"]
    (group,) = cluster(blog, region)["vpc_security_group_ids"]
    into = [
        rule.body
        for rule in stack.resources("aws_vpc_security_group_ingress_rule")
        if rule.body["security_group_id"] == group
    ]
    assert [(rule["from_port"], rule["to_port"]) for rule in into] == [(3306, 3306)]
    tasks = stack.only("aws_ecs_service")["network_configuration"]["security_groups"]
    assert [rule["referenced_security_group_id"] for rule in into] == tasks
    assert stack.only("aws_rds_cluster_instance")["publicly_accessible"] is False


def test_password_is_ephemeral_and_write_only(blog: Shop) -> None:
    document = blog["global"].document
    assert set(document["ephemeral"]) == {"aws_secretsmanager_random_password"}
    version = blog["global"].only("aws_secretsmanager_secret_version")
    assert "ephemeral." in version["secret_string_wo"]
    assert "secret_string" not in version
    assert "ephemeral.aws_secretsmanager_secret_version" in cluster(blog, REGIONS[0])["master_password_wo"]
    for stack in blog.stacks.values():
        without = {
            key: value for key, value in stack.document.items() if key not in ("ephemeral", "resource")
        }
        assert "ephemeral." not in json.dumps(without), "an ephemeral value may not be put out"


def test_master_is_not_wordpress(blog: Shop) -> None:
    assert cluster(blog, REGIONS[0])["master_username"] == "blogmaster"
    assert "master_password" in cluster(blog, REGIONS[0])["master_password_wo"]
    assert (
        '"username" = "wordpress"'
        in blog["global"].only("aws_secretsmanager_secret_version")["secret_string_wo"]
    )


def test_secret_is_replicated_to_all_regions(blog: Shop) -> None:
    replicas = blog["global"].only("aws_secretsmanager_secret")["replica"]
    assert [replica["region"] for replica in replicas] == list(REGIONS[1:])


def test_secret_version_rotates_everything() -> None:
    rotated = shop(**CHANGED)
    assert rotated["global"].only("aws_secretsmanager_secret_version")["secret_string_wo_version"] == 2
    assert cluster(rotated, "eu-west-1")["master_password_wo_version"] == 2
    for region in ("eu-west-1", "ap-southeast-1"):
        task = rotated[f"{region}-blog"].only("aws_ecs_task_definition")
        assert '"name" = "WORDPRESS_SECRET_VERSION", "value" = "2"' in task["container_definitions"]


@pytest.mark.parametrize("region", REGIONS)
def test_new_password_does_not_wait(blog: Shop, region: str) -> None:
    """RDS waits for the maintenance window otherwise, and the tasks have the new password at once."""
    assert cluster(blog, region)["apply_immediately"] is True
