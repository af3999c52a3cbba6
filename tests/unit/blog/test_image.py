"""The image: how it changes the official image's Apache and PHP."""

import re
from pathlib import Path

BLOG = Path(__file__).parents[3] / "blog"
DOCKERFILE = (BLOG / "Dockerfile").read_text(encoding="utf-8")
APACHE = (BLOG / "apache.conf").read_text(encoding="utf-8")


def test_remoteip_is_off() -> None:
    """The official image enables it for 10.0.0.0/8, where the load balancer is.

    It takes the last address out of X-Forwarded-For, so that the client's own one would decide who may edit.
    https://github.com/docker-library/wordpress/blob/master/latest/php8.3/apache/Dockerfile
    """
    assert re.search(r"^\s+a2disconf .*\bremoteip\b", DOCKERFILE, re.MULTILINE)
    assert re.search(r"^\s+a2dismod .*\bremoteip\b", DOCKERFILE, re.MULTILINE)
    assert "RemoteIP" not in APACHE


def test_access_log_has_forwarded_addresses() -> None:
    """The connection's own address is the load balancer's."""
    (log_format,) = re.findall(r'^LogFormat "(\S+)', APACHE, re.MULTILINE)
    assert log_format == "%{X-Forwarded-For}i"
