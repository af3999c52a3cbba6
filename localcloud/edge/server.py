"""The edge process: serves every address on its own loopback port."""

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from multidict import CIMultiDict
from yarl import URL

from localcloud.control_room.observer import Addresses
from localcloud.control_room.server import ControlRoom
from localcloud.edge.api_gateway import Gateway
from localcloud.edge.api_hosts import regional_api, shared_api
from localcloud.edge.cloudfront.s3_origin import CONNECTION_FAILED, Buckets, Fetched, OtherHosts, kept_headers
from localcloud.edge.cloudfront.server import CloudFront
from localcloud.edge.cloudfront.worker import Worker
from localcloud.edge.control_api import Control
from localcloud.edge.deployment_watcher import Announcements, follow_deployment
from localcloud.edge.dns_answers import NoRecordError
from localcloud.edge.health_rules import HealthCheck
from localcloud.edge.load_balancer import Blogs, as_origin, regional_blog, shared_blog
from localcloud.edge.region_locations import default_viewer
from localcloud.edge.route53 import Route53
from localcloud.layout import HOST, Layout, url
from localcloud.local_gate import LocalGate, own_origins
from localcloud.logs import limit_regularly
from ops.deployment import Deployment
from ops.replication_pause import Pausing
from stacks.settings import ReplicationDelay, Settings

STOP_SECONDS = 1.0
ORIGIN_SECONDS = 30
"""CloudFront's default origin timeout."""
log = logging.getLogger(__name__)


class Edge:
    """State shared by all addresses, and the app of each port."""

    def __init__(self, layout: Layout, settings: Settings) -> None:
        self._layout = layout
        self._settings = settings
        self._deployment: Deployment | None = None
        self._zone: asyncio.Task[None] | None = None
        self._announcements = Announcements()
        self._gateway = Gateway(URL(url(layout.aws)))
        self._route53 = Route53(self._announcements.announce)
        self._blogs = Blogs(
            {region: URL(url(layout.wordpress(index))) for index, region in enumerate(settings.regions)},
            host=f"{HOST}:{layout.blog}",
            cut=self._gateway.cut,
        )
        self._viewer = default_viewer(settings.primary)

    async def serve(self, until: asyncio.Event) -> None:
        """Serve every address until `until` is set."""
        async with (
            self._gateway,
            Worker() as worker,
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ORIGIN_SECONDS)) as session,
            asyncio.TaskGroup() as background,
        ):
            self._background = background
            following = background.create_task(
                follow_deployment(self._settings, self._layout.outputs, self._use)
            )
            rotating = background.create_task(limit_regularly(self._layout.log("edge").parent))
            apps = self._apps(session, worker)
            for port, app in apps.items():
                app.middlewares.append(gate_middleware(self._gate(port)))
            runners = [await _listen(app, port) for port, app in apps.items()]
            log.info("serving on ports %s", ", ".join(map(str, apps)))
            await until.wait()
            await asyncio.gather(*(runner.cleanup() for runner in runners))
            for task in filter(None, (following, rotating, self._zone)):
                task.cancel()

    def _apps(self, session: aiohttp.ClientSession, worker: Worker) -> Mapping[int, web.Application]:
        def deployed() -> Deployment | None:
            return self._deployment

        def distribution() -> str | None:
            return self._deployment.edge.distribution_id if self._deployment else None

        buckets = Buckets(
            URL(url(self._layout.aws)),
            self._gateway.cut,
            self._other_origins(session, as_origin(self._blogs, self._route53, self._viewer)),
        )
        control_room = web.Application()
        control = Control(
            deployed, self._settings.regions, self._route53, self._gateway, self._announcements, self._viewer
        )
        control.add_to(control_room)
        ControlRoom(
            deployed,
            control,
            self._announcements,
            self._gateway.cut,
            Pausing(url(self._layout.aws)),
            self._addresses(),
            self._settings.local.replication_delay if self._settings.local else ReplicationDelay(),
        ).add_to(control_room)
        return {
            self._layout.storefront: CloudFront(distribution, session, buckets, worker).app(),
            self._layout.api: shared_api(deployed, self._route53, self._gateway, self._viewer),
            self._layout.control_room: control_room,
            **{
                self._layout.regional_api(index): regional_api(deployed, self._gateway, region)
                for index, region in enumerate(self._settings.regions)
            },
            **(self._blog_apps() if self._settings.features.blog else {}),
        }

    def _gate(self, port: int) -> LocalGate:
        """The storefront and the blog may be opened from anywhere; the control room serves its own page only."""
        if port == self._layout.control_room:
            return LocalGate(origins=own_origins(port), pages=True)
        return LocalGate(pages=True)

    def _other_origins(self, session: aiohttp.ClientSession, blog: OtherHosts) -> OtherHosts:
        """CloudFront's origins that are not buckets: the API on its shared name, and the blog."""

        async def fetch(method: str, host: str, path: str, query: str) -> Fetched:
            if self._deployment is None or host != self._deployment.edge.api_domain:
                return await blog(method, host, path, query)
            address = URL(f"{url(self._layout.api)}{path}?{query}", encoded=True)
            try:
                headers = {"User-Agent": "Amazon CloudFront"}
                async with session.request(method, address, headers=headers) as answer:
                    return Fetched(answer.status, kept_headers(answer.headers), await answer.read())
            except (aiohttp.ClientError, TimeoutError):
                return Fetched(CONNECTION_FAILED, CIMultiDict(), b"")

        return fetch

    def _addresses(self) -> Addresses:
        layout, regions = self._layout, self._settings.regions
        blog = self._settings.features.blog
        return Addresses(
            storefront=url(layout.storefront),
            api=f"{url(layout.api)}/v1",
            regions={region: f"{url(layout.regional_api(index))}/v1" for index, region in enumerate(regions)},
            blog=url(layout.blog) if blog else "",
            blogs={region: url(layout.regional_blog(index)) for index, region in enumerate(regions)}
            if blog
            else {},
        )

    def _blog_apps(self) -> Mapping[int, web.Application]:
        def name() -> str | None:
            return self._deployment.outputs.get("blog", {}).get("blog_domain") if self._deployment else None

        return {
            self._layout.blog: shared_blog(self._blogs, self._route53, name, self._viewer),
            **{
                self._layout.regional_blog(index): regional_blog(self._blogs, region)
                for index, region in enumerate(self._settings.regions)
            },
        }

    def _use(self, deployment: Deployment) -> None:
        """Serve `deployment` from now on."""
        self._deployment = deployment
        if self._zone:
            self._zone.cancel()
        self._zone = self._background.create_task(
            self._route53.poll(deployment.shared.zone_id, self._settings.regions, self._probe)
        )
        self._announcements.announce()

    async def _probe(self, check: HealthCheck) -> tuple[bool, str]:
        """Probe a health check at the region that its host name resolves to."""
        try:
            region = self._route53.region_of(self._route53.answer(check.host, self._viewer))
        except NoRecordError as nowhere:
            return False, str(nowhere)
        is_blog = check.host.startswith("blog-")
        return await (self._blogs if is_blog else self._gateway).probe(region, check)


def gate_middleware(gate: LocalGate) -> Middleware:
    """Refuse the requests that `gate` refuses."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        refusal = gate.refusal(request.method, headers)
        return web.Response(status=403, text=f"{refusal}\n") if refusal else await handler(request)

    return check


async def _listen(app: web.Application, port: int) -> web.AppRunner:
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=STOP_SECONDS)
    await runner.setup()
    await web.TCPSite(runner, HOST, port).start()
    return runner


async def run() -> None:
    """Serve the local cloud of the environment until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for received in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(received, stop.set)
    edge = Edge(Layout.from_environment(), Settings.load(Path(os.environ["SETTINGS"])))
    with contextlib.suppress(asyncio.CancelledError):
        await edge.serve(stop)
