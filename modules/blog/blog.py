"""The blog of one region."""

from dataclasses import dataclass, field

from constructs import Construct

from modules.blog.balancer import Balancer, BalancerOptions
from modules.blog.database import Capacity, DatabaseOptions, GlobalDatabase, RegionDatabase
from modules.blog.image import Image
from modules.blog.public_subnets import PublicSubnets
from modules.blog.scaling import Scaling
from modules.blog.service import Service, ServiceOptions, ServiceParts
from modules.blog.uploads import Uploads
from modules.firewall import Firewall
from modules.network import Network


@dataclass(frozen=True)
class BlogHosts:
    """Host names of the blog and the bookstore."""

    shared: str
    """Host name that all regions serve."""
    regional: str
    """Host name of this region."""
    shop: str
    """Host name of the storefront."""
    certificate_arn: str
    """Issued certificate for the blog's names."""
    api: str = ""
    """Host name of this region's API, for prices on cards of books. Empty: cards without prices."""


@dataclass(frozen=True)
class BlogOptions:
    """Name, size and protection of the blog."""

    name: str
    """Name of the deployment."""
    region: str
    """AWS region."""
    primary: bool = False
    """Whether this region creates the database. True in exactly one region."""
    image_tag: str | None = None
    """Tag of the image in the region's repository. None: everything is created, but no task runs."""
    admin_addresses: tuple[str, ...] = ()
    """CIDR blocks of the editors."""
    capacity: Capacity = field(default_factory=Capacity)
    """Capacity of the database."""
    tasks_minimum: int = 2
    """Smallest number of tasks."""
    tasks_maximum: int = 6
    """Largest number of tasks."""
    nat: bool = False
    """Whether tasks use a NAT gateway instead of public addresses."""
    scaling: bool = True
    """Whether the number of tasks scales automatically."""
    protected: bool = True
    """Whether data is protected against deletion."""
    firewall: Firewall | None = None
    """Web ACL in front of the load balancer."""
    log_retention_days: int = 30
    """How long CloudWatch keeps the database's logs."""
    access_log_days: int = 30
    """How long CloudWatch keeps WordPress's logs, which have readers' IP addresses."""


class Blog(Construct):
    """The blog of one region. Only its load balancer is reachable from the internet."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        network: Network,
        image: Image,
        database: GlobalDatabase,
        hosts: BlogHosts,
        options: BlogOptions,
    ) -> None:
        """Create all resources of the blog in a region.

        Args:
            network: Network of the region.
            image: Repository of the image, in this region.
            database: The global database that the region's cluster joins.
            hosts: Host names and their certificate.
            options: Name, size and protection.
        """
        super().__init__(scope, id)
        self._options = options
        self._name = f"{options.name}-blog"
        subnets = PublicSubnets(self, "subnets", name=self._name, network=network, nat=options.nat)
        self.uploads = Uploads(
            self, "uploads", name=f"{options.name}-media-{options.region}", disposable=not options.protected
        )
        """Bucket of the media."""
        self.balancer = Balancer(
            self,
            "balancer",
            network=network,
            subnets=subnets,
            options=BalancerOptions(
                name=self._name,
                certificate_arn=hosts.certificate_arn,
                admin_addresses=options.admin_addresses,
                protected=options.protected,
                firewall=options.firewall,
            ),
        )
        """Load balancer in front of the tasks."""
        tasks = network.security_group(
            self, "tasks", name=f"{self._name}-tasks", description="Tasks of the blog"
        )
        self.balancer.group.allow_to("tasks", tasks, Service.PORT)
        self.database = RegionDatabase(
            self,
            "database",
            network=network,
            clients=tasks,
            database=database,
            options=DatabaseOptions(
                name=self._name,
                region=options.region,
                primary=options.primary,
                capacity=options.capacity,
                protected=options.protected,
                log_retention_days=options.log_retention_days,
            ),
        )
        """The region's database cluster."""
        self.service = self._service(
            hosts,
            ServiceParts(
                subnets=subnets,
                group=tasks,
                balancer=self.balancer,
                image=image,
                uploads=self.uploads,
                database=self.database,
                secret=database.secret,
            ),
        )
        """ECS service of the tasks."""
        if options.scaling and options.image_tag:
            Scaling(
                self,
                "scaling",
                service=self.service,
                minimum=options.tasks_minimum,
                maximum=options.tasks_maximum,
            )
        self.host = hosts.regional
        """Host name of this region's blog."""

    def _service(self, hosts: BlogHosts, parts: ServiceParts) -> Service:
        options = self._options
        return Service(
            self,
            "service",
            parts=parts,
            options=ServiceOptions(
                name=self._name,
                region=options.region,
                url=f"https://{hosts.shared}",
                shop_url=f"https://{hosts.shop}",
                api_url=f"https://{hosts.api}/v1" if hosts.api else "",
                image_tag=options.image_tag,
                admin_addresses=options.admin_addresses,
                tasks=options.tasks_minimum,
                log_retention_days=options.access_log_days,
            ),
        )
