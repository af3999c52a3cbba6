from pathlib import Path

import pytest

from ops.deployment import OUTPUTS_VARIABLE, Deployment, DeploymentError
from tests.support.deployments import deployment, outputs, settings

REGIONS = ("eu-west-1", "ap-southeast-1")


def test_outputs_are_told_by_stack_with_the_primary_first() -> None:
    told = deployment(REGIONS)
    assert list(told.regions) == list(REGIONS)
    assert told.regions["ap-southeast-1"].api_domain == "api-ap-southeast-1.bookstore.example"
    assert told.edge.health_checks == {
        "eu-west-1": "check-eu-west-1",
        "ap-southeast-1": "check-ap-southeast-1",
    }
    assert told.shared.user_pool_region == "eu-west-1"


def test_what_a_feature_did_not_make_is_none() -> None:
    told = deployment(REGIONS)
    assert (told.edge.distribution_id, told.regions["eu-west-1"].web_bucket) == (None, None)


def test_outputs_of_other_features_are_kept() -> None:
    assert deployment(REGIONS).regions["eu-west-1"].more == {"blog_cluster": "later"}


def test_a_copy_tells_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = deployment(REGIONS)
    told.write(tmp_path / "outputs.json")
    monkeypatch.setenv(OUTPUTS_VARIABLE, str(tmp_path / "outputs.json"))
    assert Deployment.load(settings(REGIONS)) == told


def test_a_stack_that_is_not_deployed_is_named() -> None:
    with pytest.raises(DeploymentError, match="bookstore-local-ap-southeast-1 is not deployed"):
        Deployment.of(settings(REGIONS), outputs(REGIONS) | {"ap-southeast-1": {}})


def test_an_output_that_is_missing_is_named() -> None:
    values = outputs(REGIONS)
    del values["eu-west-1"]["api_id"]
    with pytest.raises(DeploymentError, match=r"eu-west-1 has no output 'api_id'"):
        Deployment.of(settings(REGIONS), values)


def test_without_a_copy_it_says_how_to_deploy(tmp_path: Path) -> None:
    with pytest.raises(DeploymentError, match="make up"):
        Deployment.read(settings(REGIONS), tmp_path / "outputs.json")


def test_without_a_synth_it_says_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OUTPUTS_VARIABLE, raising=False)
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path))
    with pytest.raises(DeploymentError, match="make synth"):
        Deployment.load(settings(REGIONS))


def test_clients_are_in_their_region_or_the_primary() -> None:
    told = deployment(REGIONS)
    assert told.client("dynamodb", "ap-southeast-1").meta.region_name == "ap-southeast-1"
    assert told.client("dynamodb").meta.region_name == "eu-west-1"
