from pathlib import Path

import pytest

from ops.deployment import OUTPUTS_VARIABLE, Deployment
from ops.errors import DeploymentError
from tests.support.deployments import deployment, outputs, settings

REGIONS = ("eu-west-1", "ap-southeast-1")


def test_deployment_has_primary_first() -> None:
    found = deployment(REGIONS)
    assert list(found.regions) == list(REGIONS)
    assert found.regions["ap-southeast-1"].api_domain == "api-ap-southeast-1.bookstore.example"
    assert found.edge.health_checks == {
        "eu-west-1": "check-eu-west-1",
        "ap-southeast-1": "check-ap-southeast-1",
    }
    assert found.shared.user_pool_region == "eu-west-1"


def test_deployment_output_of_disabled_feature_is_none() -> None:
    found = deployment(REGIONS)
    assert (found.edge.distribution_id, found.regions["eu-west-1"].web_bucket) == (None, None)


def test_deployment_keeps_feature_outputs() -> None:
    assert deployment(REGIONS).regions["eu-west-1"].more == {"blog_cluster": "later"}


def test_deployment_from_file_is_equal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = deployment(REGIONS)
    found.write(tmp_path / "outputs.json")
    monkeypatch.setenv(OUTPUTS_VARIABLE, str(tmp_path / "outputs.json"))
    assert Deployment.load(settings(REGIONS)) == found


def test_deployment_names_missing_stack() -> None:
    with pytest.raises(DeploymentError, match="bookstore-local-ap-southeast-1 is not deployed"):
        Deployment.of(settings(REGIONS), outputs(REGIONS) | {"ap-southeast-1": {}})


def test_deployment_names_missing_output() -> None:
    values = outputs(REGIONS)
    del values["eu-west-1"]["api_id"]
    with pytest.raises(DeploymentError, match=r"eu-west-1 has no output 'api_id'"):
        Deployment.of(settings(REGIONS), values)


def test_deployment_without_file_names_make_up(tmp_path: Path) -> None:
    with pytest.raises(DeploymentError, match="make up"):
        Deployment.read(settings(REGIONS), tmp_path / "outputs.json")


def test_deployment_without_synth_names_make_synth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OUTPUTS_VARIABLE, raising=False)
    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path))
    with pytest.raises(DeploymentError, match="make synth"):
        Deployment.load(settings(REGIONS))


def test_client_defaults_to_primary_region() -> None:
    found = deployment(REGIONS)
    assert found.client("dynamodb", "ap-southeast-1").meta.region_name == "ap-southeast-1"
    assert found.client("dynamodb").meta.region_name == "eu-west-1"
