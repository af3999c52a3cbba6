from pathlib import Path

import pytest
from botocore.utils import should_bypass_proxies

from localcloud.addresses import edge_ports, endpoints
from localcloud.environment import local_environment
from localcloud.layout import ROOT, Layout
from stacks.settings import Settings
from tests.support.deployments import deployment

REGIONS = ("eu-west-1", "ap-southeast-1", "us-east-2")
LAYOUT = Layout(7000, ROOT / ".local" / "unit-test")


def test_layout_reads_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT_BASE", "7000")
    monkeypatch.setenv("LOCAL_DIR", ".local/unit-test")
    assert Layout.from_environment() == LAYOUT


@pytest.mark.parametrize("base", ["80", "65400", "many", "-1"])
def test_layout_bad_base_raises(monkeypatch: pytest.MonkeyPatch, base: str) -> None:
    monkeypatch.setenv("PORT_BASE", base)
    with pytest.raises(ValueError, match="PORT_BASE"):
        Layout.from_environment()


def test_layout_ports_are_unique() -> None:
    ports = [LAYOUT.aws, *edge_ports(LAYOUT, REGIONS)]
    ports += [LAYOUT.redis(index) for index in range(len(REGIONS))]
    assert len(set(ports)) == len(ports)


def test_endpoints_keys() -> None:
    found = endpoints(LAYOUT, deployment(REGIONS), has_blog=False)
    assert list(found)[:7] == [
        "api",
        "storefront",
        "regions",
        "aws_endpoint",
        "user_pool_id",
        "user_pool_client_id",
        "user_pool_region",
    ]
    assert found["api"] == "http://127.0.0.1:7001/v1"
    assert found["regions"] == {
        region: {"api": f"http://127.0.0.1:{7010 + index}/v1"} for index, region in enumerate(REGIONS)
    }


def test_environment_drops_real_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "https://s3.amazonaws.com")
    environment = local_environment(LAYOUT, Path("settings/local.toml"), REGIONS)
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3"} & environment.keys()
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:7006"


def test_environment_endpoints_are_loopback() -> None:
    environment = local_environment(LAYOUT, Path("settings/local.toml"), REGIONS)
    endpoints = [value for name, value in environment.items() if name.startswith("AWS_ENDPOINT_URL")]
    assert all(value.startswith("http://127.0.0.1:") for value in endpoints)


@pytest.mark.parametrize(
    ("upper", "lower", "expected"),
    [
        ("", "", "127.0.0.1,localhost"),
        ("corp.example, 10.0.0.0/8", "", "corp.example,10.0.0.0/8,127.0.0.1,localhost"),
        ("corp.example", "corp.example,localhost", "corp.example,localhost,127.0.0.1"),
        ("*", "", "*"),
    ],
)
def test_environment_calls_local_cloud_without_proxy(
    monkeypatch: pytest.MonkeyPatch, upper: str, lower: str, expected: str
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.corp.example:3128")
    monkeypatch.setenv("NO_PROXY", upper)
    monkeypatch.setenv("no_proxy", lower)
    environment = local_environment(LAYOUT, Path("settings/local.toml"), REGIONS)
    assert [environment[name] for name in ("NO_PROXY", "no_proxy")] == [expected] * 2
    monkeypatch.setenv("NO_PROXY", expected)
    monkeypatch.setenv("no_proxy", expected)
    assert should_bypass_proxies(environment["AWS_ENDPOINT_URL"])
    assert environment["HTTP_PROXY"] == "http://proxy.corp.example:3128"


def test_settings_accept_local_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = local_environment(LAYOUT, Path("settings/local.toml"), REGIONS)
    monkeypatch.setenv("BOOKSTORE_LOCAL", environment["BOOKSTORE_LOCAL"])
    found = Settings(regions=REGIONS).local
    assert found
    assert found.redis == {
        region: f"redis://:{LAYOUT.redis_password()}@127.0.0.1:{7020 + index}/0"
        for index, region in enumerate(REGIONS)
    }
    assert found.api == "http://127.0.0.1:7001/v1"
