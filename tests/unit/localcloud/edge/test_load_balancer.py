"""The local load balancer matches paths like ALB: undecoded, case-sensitive, without merging slashes."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from localcloud.edge.load_balancer import CLOSED, Blogs, is_closed, regional_blog
from modules.blog.balancer import CLOSED_PATHS


def test_closed_patterns_are_those_of_aws() -> None:
    assert set(CLOSED) == set(CLOSED_PATHS)


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ("/wp-admin/load-scripts.php?c=0", True),
        ("/wp-login.php", True),
        ("//wp-admin/load-scripts.php", False),
        ("/%77p-admin/load-scripts.php", False),
        ("/WP-ADMIN/", False),
        ("/wp-login.php/x", False),
    ],
)
def test_closed_path_evades_patterns_as_on_aws(path: str, refused: bool) -> None:
    assert is_closed(path) is refused


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("sent", "received"),
    [([], "127.0.0.1"), (["203.0.113.7"], "203.0.113.7, 127.0.0.1"), (["a", "b"], "a, b, 127.0.0.1")],
)
async def test_balancer_appends_client_address(sent: list[str], received: str) -> None:
    async def task(request: web.Request) -> web.Response:
        return web.json_response(request.headers.getall("X-Forwarded-For"))

    tasks = web.Application()
    tasks.router.add_get("/", task)
    async with TestServer(tasks) as server:
        blogs = Blogs({"eu-west-1": URL(f"http://127.0.0.1:{server.port}")}, "blog.example.com", set())
        async with TestClient(TestServer(regional_blog(blogs, "eu-west-1"))) as client:
            answer = await client.get("/", headers=[("x-forwarded-for", value) for value in sent])
            assert await answer.json() == [received]
