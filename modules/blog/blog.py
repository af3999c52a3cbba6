"""Puts a region's parts of the blog together."""

from dataclasses import dataclass, field

from constructs import Construct

from modules.blog.balancer import Balancer
from modules.blog.database import Capacity, GlobalDatabase, RegionDatabase
from modules.blog.image import Image
from modules.blog.public_subnets import PublicSubnets
from modules.blog.scaling import Scaling
from modules.blog.service import Service, ServiceOptions
from modules.blog.uploads import Uploads
from modules.firewall import Firewall
from modules.network import Network


@dataclass(frozen=True)
class BlogHosts:
    """The blog's names: `shared` whichever region answers, `regional` this one; `shop` is where books are."""

    shared: str
    regional: str
    shop: str
    certificate_arn: str


@dataclass(frozen=True)
class BlogOptions:
    """What differs between environments.

    `image_tag` names what was pushed to each region's repository; without one, everything is made but no task runs.
    `admin_addresses` are the CIDR blocks that may edit. `founds` is true in the one region that makes the database.
    """

    image_tag: str | None = None
    admin_addresses: tuple[str, ...] = ()
    capacity: Capacity = field(default_factory=Capacity)
    tasks: int = 2
    most_tasks: int = 6
    nat: bool = False
    scaling: bool = True
    protected: bool = True
    founds: bool = False
    log_retention_days: int = 30


class Blog(Construct):
    """The whole blog of one region. Only the load balancer can be reached from outside."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        region: str,
        network: Network,
        database: GlobalDatabase,
        firewall: Firewall | None,
        hosts: BlogHosts,
        options: BlogOptions,
    ) -> None:
        """Raises ValueError for more admin addresses than load balancer rules may hold."""
        super().__init__(scope, id)
        blog_name = f"{name}-blog"
        subnets = PublicSubnets(self, "subnets", name=blog_name, network=network, nat=options.nat)
        self.image = Image(self, "image", name=blog_name, disposable=not options.protected)
        self.uploads = Uploads(
            self, "uploads", name=f"{name}-media-{region}", disposable=not options.protected
        )
        self.balancer = Balancer(
            self,
            "balancer",
            name=blog_name,
            network=network,
            subnet_ids=subnets.public_ids,
            certificate_arn=hosts.certificate_arn,
            admin_addresses=options.admin_addresses,
            protected=options.protected,
            firewall=firewall,
        )
        tasks = network.security_group(
            self, "tasks", name=f"{blog_name}-tasks", description="The blog's tasks"
        )
        self.balancer.group.allow_to("tasks", tasks, Service.PORT)
        self.database = RegionDatabase(
            self,
            "database",
            name=name,
            network=network,
            clients=tasks,
            database=database,
            founds=options.founds,
            capacity=options.capacity,
            protected=options.protected,
            log_retention_days=options.log_retention_days,
        )
        self.service = Service(
            self,
            "service",
            name=blog_name,
            region=region,
            subnets=subnets,
            group=tasks,
            target_group_arn=self.balancer.target_group_arn,
            listening=self.balancer.listening,
            image=self.image,
            uploads=self.uploads,
            database=self.database,
            secret=database.secret,
            options=ServiceOptions(
                url=f"https://{hosts.shared}",
                shop_url=f"https://{hosts.shop}",
                image_tag=options.image_tag,
                admin_addresses=options.admin_addresses,
                tasks=options.tasks,
                remember_health=options.capacity.minimum == 0,
                log_retention_days=options.log_retention_days,
            ),
        )
        if options.scaling and options.image_tag:
            Scaling(self, "scaling", service=self.service, least=options.tasks, most=options.most_tasks)
        self.host = hosts.regional
