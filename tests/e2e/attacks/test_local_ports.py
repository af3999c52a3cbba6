"""A hostile page in the developer's browser, and other users of the machine, against every local port."""

import socket
import stat
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from localcloud.addresses import edge_ports
from localcloud.blog.mariadb import Server
from localcloud.layout import HOST
from tests.support.waiting import TIMEOUT_SECONDS

pytestmark = pytest.mark.shared

CROSS_SITE = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
IMAGE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
REBOUND = {"Host": "evil.example"}


def http_ports(cloud: Any) -> list[int]:
    layout, regions = cloud.layout, cloud.regions
    ports = [*edge_ports(layout, regions), layout.aws, layout.rds]
    ports += [layout.wordpress(index) for index in range(len(regions))]
    return [port for port in ports if listens(port)]


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@pytest.mark.parametrize("headers", [CROSS_SITE, IMAGE, REBOUND], ids=["fetch", "image", "rebinding"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_local_ports_refuse_foreign_page(cloud: Any, method: str, headers: dict[str, str]) -> None:
    for port in http_ports(cloud):
        answer = httpx.request(method, f"http://{HOST}:{port}/", headers=headers)
        assert answer.status_code == 403, port
        assert "access-control-allow-origin" not in answer.headers


def test_emulator_refuses_reset_by_page(cloud: Any) -> None:
    address = f"http://{HOST}:{cloud.layout.aws}/_ministack/reset"
    storefront = f"http://{HOST}:{cloud.layout.storefront}"
    assert httpx.post(address, headers={"Origin": storefront}).status_code == 403


def test_redis_refuses_without_password(cloud: Any) -> None:
    for index in range(len(cloud.regions)):
        assert command(cloud.layout.redis(index), "KEYS *").startswith("-NOAUTH")


def test_redis_refuses_config(cloud: Any) -> None:
    password = cloud.layout.redis_password()
    for index in range(len(cloud.regions)):
        answer = command(cloud.layout.redis(index), f"AUTH {password}\r\nCONFIG GET dir")
        assert "-NOPERM" in answer


def test_mariadb_refuses_root_over_tcp(cloud: Any) -> None:
    for index in range(len(cloud.regions)):
        port = cloud.layout.mariadb(index)
        if not listens(port):
            pytest.skip("the blog does not run")
        options = ["--no-defaults", "--protocol=tcp", f"--host={HOST}", f"--port={port}", "--user=root"]
        refused = subprocess.run(
            ["mariadb", *options, "--execute=SELECT 1"],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        assert refused.returncode
        assert "Access denied" in refused.stderr or "not allowed to connect" in refused.stderr


def test_mariadb_writes_files_in_own_folder_only(cloud: Any) -> None:
    for index, region in enumerate(cloud.regions):
        folder = cloud.layout.cloud / "blog" / region
        server = Server(folder, cloud.layout.mariadb(index))
        if not server.answers():
            pytest.skip("the blog does not run")
        assert Path(server.run("SELECT @@secure_file_priv")) == folder / "files"


def test_local_folder_is_private(cloud: Any) -> None:
    """It has passwords, keys and the data of the databases."""
    assert stat.S_IMODE(cloud.layout.directory.stat().st_mode) == 0o700


def command(port: int, text: str) -> str:
    with socket.create_connection((HOST, port), timeout=TIMEOUT_SECONDS) as connection:
        connection.sendall(f"{text}\r\nQUIT\r\n".encode())
        return b"".join(iter(lambda: connection.recv(4096), b"")).decode()
