"""A hostile page in the developer's browser, and other users of the machine, against every local port."""

import socket
from typing import Any

import httpx
import pytest

from localcloud.addresses import edge_ports
from localcloud.layout import HOST

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


def command(port: int, text: str) -> str:
    with socket.create_connection((HOST, port), timeout=5) as connection:
        connection.sendall(f"{text}\r\nQUIT\r\n".encode())
        return b"".join(iter(lambda: connection.recv(4096), b"")).decode()
