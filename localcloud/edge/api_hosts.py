"""Addresses of the API: `api.<domain>`, routed as Route 53 answers, and one address per region."""

from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from localcloud.edge.api_gateway import Gateway
from localcloud.edge.dns_answers import NoRecordError
from localcloud.edge.dns_cache import Client
from localcloud.edge.region_locations import Place, UnknownPlaceError, place
from localcloud.edge.route53 import Route53
from ops.deployment import Deployment

VIEWER_HEADER = "x-viewer"
"""`<name>` or `<name>@<place>`: a test can act as many clients. The default is address and user agent."""
BODY_LIMIT = 10 * 1024 * 1024
"""Bytes; API Gateway's limit for a request."""

Deployed = Callable[[], Deployment | None]


def shared_api(deployed: Deployed, route53: Route53, gateway: Gateway, default: Place) -> web.Application:
    """App of `api.<domain>`."""

    async def answer(request: web.Request) -> web.StreamResponse:
        deployment = deployed()
        if deployment is None:
            return not_deployed()
        host = deployment.edge.api_domain
        try:
            region = route53.resolve(client_of(request, default), host)
        except UnknownPlaceError as mistake:
            return web.Response(status=400, text=f"{VIEWER_HEADER}: {mistake}\n")
        except NoRecordError as nowhere:
            return web.Response(status=503, text=f"no region found: {nowhere}\n")
        return await gateway.forward(request, region, host)

    return _app(answer)


def regional_api(deployed: Deployed, gateway: Gateway, region: str) -> web.Application:
    """App of `api-<region>.<domain>`."""

    async def answer(request: web.Request) -> web.StreamResponse:
        deployment = deployed()
        if deployment is None:
            return not_deployed()
        return await gateway.forward(request, region, deployment.regions[region].api_domain)

    return _app(answer)


def client_of(request: web.Request, default: Place) -> Client:
    """The client of a request, as the resolver caches its answers. Raises UnknownPlaceError."""
    name, at, where = request.headers.get(VIEWER_HEADER, "").partition("@")
    key = name or f"{request.remote} {request.headers.get('User-Agent', '')}"
    return Client(key, place(where) if at else default)


def not_deployed() -> web.Response:
    """Response of every address before the first deployment."""
    return web.Response(status=503, text="nothing is deployed yet: run `make up`\n")


def _app(answer: Handler) -> web.Application:
    app = web.Application(client_max_size=BODY_LIMIT)
    app.router.add_route("*", r"/{path:[\s\S]*}", answer)
    return app
