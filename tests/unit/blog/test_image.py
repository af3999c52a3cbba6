"""The image: how it changes the official image's Apache and PHP."""

import re
from configparser import ConfigParser
from pathlib import Path

from modules.blog.service import ServiceOptions

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


def apache(directive: str) -> str:
    """Value of a directive that occurs once."""
    (value,) = re.findall(rf"^{directive} (.*)$", APACHE, re.MULTILINE)
    return str(value)


def php(name: str) -> str:
    """Value of a setting in php.ini."""
    parser = ConfigParser()
    parser.read_string("[php]\n" + (BLOG / "php.ini").read_text(encoding="utf-8"))
    return parser["php"][name]


def test_processes_fit_in_task() -> None:
    """In MB: the libraries, and a process with the editor's page, as measured. 32 MB remain for a large file."""
    (pixels,) = re.findall(r"^ENV MAGICK_MEMORY_LIMIT=(\d+)MiB$", DOCKERFILE, re.MULTILINE)
    shared = int(php("opcache.memory_consumption")) + 40 + int(pixels)
    assert shared + 24 * int(apache("MaxRequestWorkers")) + 32 <= ServiceOptions.memory
    assert apache("ServerLimit") == apache("MaxRequestWorkers")
    assert int(apache("MaxConnectionsPerChild")) > 0


def test_health_check_is_served_while_busy() -> None:
    """The load balancer waits 20 s. A task serves about five pages a second."""
    assert apache("KeepAlive") == "Off"
    assert int(apache("Timeout")) <= 20
    assert int(apache("ListenBacklog")) / 5 <= 20


def test_php_settings_override_base() -> None:
    """PHP reads the files of this folder in alphabetical order.

    https://www.php.net/manual/en/configuration.file.php#configuration.file.scan
    """
    (name,) = re.findall(r"^COPY php\.ini /usr/local/etc/php/conf\.d/(\S+)$", DOCKERFILE, re.MULTILINE)
    base = [
        "docker-php-ext-opcache.ini",
        "docker-php-ext-zip.ini",
        "error-logging.ini",
        "opcache-recommended.ini",
    ]
    assert max([*base, name]) == name


def test_queries_outlast_lock_of_import() -> None:
    (seconds,) = re.findall(
        r"GET_LOCK\('bookstore_import', (\d+)\)",
        (BLOG / "bin/class-bookstore-import.php").read_text(encoding="utf-8"),
    )
    assert int(seconds) < int(php("mysqlnd.net_read_timeout")) <= 120
