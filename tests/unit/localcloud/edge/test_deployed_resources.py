from collections import Counter
from typing import Any

import pytest

from localcloud.edge import deployed_resources
from localcloud.edge.deployed_resources import read_routes

REGIONS = ("eu-west-1", "ap-southeast-1")


class Account:
    """Stands in for boto3's clients; counts the calls."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.aliases = {region: f"first.{region}" for region in REGIONS}

    def client(self, _service: str, region: str) -> Any:
        return Client(self, region)


class Client:
    def __init__(self, account: Account, region: str) -> None:
        self._account = account
        self._region = region

    def get_paginator(self, _operation: str) -> Any:
        return self

    def paginate(self, **_parameters: str) -> Any:
        records = [
            {"Name": "api.example.com.", "Type": "A", "AliasTarget": {"DNSName": f"{alias}."}}
            for alias in self._account.aliases.values()
        ]
        return [{"ResourceRecordSets": records, "HealthChecks": []}]

    def get_domain_names(self) -> Any:
        self._account.calls["get_domain_names"] += 1
        target = {"ApiGatewayDomainName": self._account.aliases[self._region]}
        return {"Items": [{"DomainNameConfigurations": [target]}]}

    def describe_load_balancers(self) -> Any:
        return {"LoadBalancers": []}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    made = Account()
    monkeypatch.setattr(deployed_resources, "client", made.client)
    deployed_resources._target_regions.cache_clear()
    return made


def test_same_aliases_read_targets_once(account: Account) -> None:
    first, second = (read_routes("Z1", REGIONS) for _ in range(2))
    assert first == second
    assert first.target_regions == {f"first.{region}": region for region in REGIONS}
    assert account.calls["get_domain_names"] == len(REGIONS)


def test_new_alias_reads_targets_again(account: Account) -> None:
    read_routes("Z1", REGIONS)
    account.aliases["eu-west-1"] = "second.eu-west-1"
    assert read_routes("Z1", REGIONS).target_regions == {
        "second.eu-west-1": "eu-west-1",
        "first.ap-southeast-1": "ap-southeast-1",
    }
