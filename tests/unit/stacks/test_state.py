import json
from pathlib import Path

import pytest

from stacks.settings import Settings
from tests.support.synthesis import EVERYTHING, ON_AWS, shop

REGIONS = {
    "global": "eu-west-1",
    "dns": "eu-west-1",
    "eu-west-1-common": "eu-west-1",
    "ap-southeast-1-common": "ap-southeast-1",
    "eu-west-1": "eu-west-1",
    "ap-southeast-1": "ap-southeast-1",
    "logs": "eu-west-1",
    "edge": "eu-west-1",
}


@pytest.mark.parametrize(("stack", "region"), REGIONS.items())
def test_state_bucket_in_stack_region(stack: str, region: str) -> None:
    backend = shop()[stack].document["terraform"]["backend"]["s3"]
    assert backend == {
        "bucket": f"books-example-state-{region}",
        "key": f"bookstore-prod-{stack}/terraform.tfstate",
        "region": region,
        "encrypt": True,
        "use_lockfile": True,
    }


def test_region_reads_global_and_common_state_only() -> None:
    for region in ("eu-west-1", "ap-southeast-1"):
        keys = {state.body["config"]["key"] for state in shop()[region].data("terraform_remote_state")}
        assert keys == {f"bookstore-prod-{part}/terraform.tfstate" for part in ("global", f"{region}-common")}


def test_common_stack_reads_no_state() -> None:
    for region in ("eu-west-1", "ap-southeast-1"):
        assert not shop(**EVERYTHING)[f"{region}-common"].data("terraform_remote_state")


def test_settings_name_every_stack_in_order() -> None:
    of = shop(**EVERYTHING)
    settings = Settings(**{**ON_AWS, **EVERYTHING})
    assert {f"{of.name}-{part}" for part in settings.stack_regions} == set(of.stacks)
    manifest = json.loads((of.folder / "manifest.json").read_text())["stacks"]
    deployed: set[str] = set()
    for part, region in settings.stack_regions.items():
        stack = f"{of.name}-{part}"
        assert set(manifest[stack]["dependencies"]) <= deployed
        assert of.stacks[stack].document["terraform"]["backend"]["s3"]["region"] == region
        deployed.add(stack)


def test_edge_reads_states_in_their_regions() -> None:
    configurations = [state.body["config"] for state in shop()["edge"].data("terraform_remote_state")]
    assert {each["key"].split("/")[0]: each["region"] for each in configurations} == {
        f"bookstore-prod-{stack}": region
        for stack, region in REGIONS.items()
        if stack not in {"edge", "ap-southeast-1-common"}
    }, "the web ACL of the user pool is in the first region's common stack"


def test_hcp_workspace_for_each_stack() -> None:
    cloud = shop(state={"backend": "cloud", "organization": "example", "project": "bookstore"})
    for name, stack in cloud.stacks.items():
        assert stack.document["terraform"]["cloud"] == {
            "organization": "example",
            "workspaces": {"name": name, "project": "bookstore"},
        }
    states = cloud["eu-west-1"].data("terraform_remote_state")
    assert sorted(state.body["config"]["workspaces"]["name"] for state in states) == [
        "bookstore-prod-eu-west-1-common",
        "bookstore-prod-global",
    ]


def test_terraform_enterprise_hostname_is_in_states_and_readers() -> None:
    state = {"backend": "cloud", "organization": "example", "hostname": "tfe.example.com"}
    edge = shop(regions=["eu-west-1"], state=state)["edge"]
    assert edge.document["terraform"]["cloud"]["hostname"] == "tfe.example.com"
    assert {state.body["config"]["hostname"] for state in edge.data("terraform_remote_state")} == {
        "tfe.example.com"
    }


def test_local_state_outside_cdktf_out() -> None:
    local = shop(state={"backend": "local"})
    files = {stack.document["terraform"]["backend"]["local"]["path"] for stack in local.stacks.values()}
    assert len(files) == len(local.stacks)
    for file in map(Path, files):
        assert file.is_absolute()
        assert local.folder not in file.parents
