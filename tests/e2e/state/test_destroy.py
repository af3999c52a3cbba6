"""The way out, walked: a deployment of its own beside the shop that is up, and nothing of it afterwards."""

from pathlib import Path

import boto3
import pytest
from rich.console import Console

from ops import cdktf
from ops.bootstrap import ensure_state_bucket
from ops.deploy import deploy_stacks
from ops.destroy import destroy
from ops.teardown.leftovers import still_tagged
from stacks.settings import Settings
from tests.e2e.conftest import Cloud

ENVIRONMENT = """
environment = "gone"
domain = "gone.example"
regions = ["{region}"]
log_retention_days = 7
[state]
backend = "s3"
bucket_prefix = "bookstore-gone-state"
[features]
storefront = false
blog = false
"""


@pytest.mark.timeout(1500)
def test_a_destroyed_environment_leaves_nothing_with_its_tags_and_no_state(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    region = cloud.regions[0]
    file = tmp_path / "gone.toml"
    file.write_text(ENVIRONMENT.format(region=region))
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "cdktf.out"))
    settings = Settings.load(file)
    bucket = settings.state_bucket(region)
    ensure_state_bucket(bucket, region, tags=settings.all_tags)
    log = tmp_path / "deploy.log"
    cdktf.synthesize(file, log)
    deploy_stacks(settings, file, console=Console(quiet=True), log=log)
    table = boto3.client("dynamodb", region_name=region)
    table.put_item(TableName=f"{settings.name}-books", Item={"id": {"S": "a-book"}})
    assert still_tagged(settings)

    destroy(file, confirm=settings.name)

    assert still_tagged(settings) == []
    assert f"{settings.name}-books" not in table.list_tables()["TableNames"]
    assert bucket not in {each["Name"] for each in boto3.client("s3").list_buckets()["Buckets"]}
    assert cloud.deployment.regions[region].tables, "and the shop beside it is as it was"
