"""Reading the distribution from CloudFront's API."""

from collections import Counter
from typing import Any

import pytest

from localcloud.edge.cloudfront import distribution
from localcloud.edge.cloudfront.distribution import HeaderRule, read_distribution


class Api:
    """Stands in for boto3's client: a distribution of three behaviors with the same policies. Counts the calls."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()

    def get_distribution(self, Id: str) -> Any:  # noqa: N803  boto3's own
        behavior = {
            "TargetOriginId": "web",
            "Compress": True,
            "CachePolicyId": "cached",
            "ResponseHeadersPolicyId": "safe",
        }
        config = {
            "Origins": {"Items": [{"Id": "web", "DomainName": "web.s3.eu-west-1.amazonaws.com"}]},
            "CacheBehaviors": {
                "Items": [{**behavior, "PathPattern": path} for path in ("assets/*", "*.txt")]
            },
            "DefaultCacheBehavior": behavior,
        }
        return {
            "Distribution": {"Id": Id, "ARN": "arn", "DomainName": "d1.test", "DistributionConfig": config}
        }

    def get_cache_policy(self, Id: str) -> Any:  # noqa: N803
        self.calls[Id] += 1
        keyed = {"EnableAcceptEncodingBrotli": True}
        return {"CachePolicy": {"CachePolicyConfig": {"ParametersInCacheKeyAndForwardedToOrigin": keyed}}}

    def get_response_headers_policy(self, Id: str) -> Any:  # noqa: N803
        self.calls[Id] += 1
        header = {"Header": "X-Safe", "Value": "yes", "Override": True}
        config = {"CustomHeadersConfig": {"Items": [header]}}
        return {"ResponseHeadersPolicy": {"ResponseHeadersPolicyConfig": config}}


def test_shared_policies_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    api = Api()
    monkeypatch.setattr(distribution, "client", lambda *_: api)
    behaviors = read_distribution("E1").behaviors
    assert [behavior.pattern for behavior in behaviors] == ["assets/*", "*.txt", "*"]
    for behavior in behaviors:
        assert behavior.encodings == ("br",)
        assert behavior.headers == (HeaderRule("X-Safe", "yes", True),)
    assert api.calls == {"cached": 1, "safe": 1}
    read_distribution("E1")
    assert api.calls == {"cached": 2, "safe": 2}
