"""Public subnets of a network, for load balancers and for tasks without a NAT gateway."""

from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.subnet import Subnet
from constructs import Construct

from modules.network import Network
from modules.support.resources import DELETED_LAST

EVERYWHERE = "0.0.0.0/0"


class PublicSubnets(Construct):
    """A public subnet in each zone, and optionally private subnets with a NAT gateway.

    The network's own private subnets keep their route table without internet access.
    """

    FIRST_BLOCK = 100
    """Number of the first public subnet's /24 block; the network's own private subnets start at 0."""
    FIRST_NAT_BLOCK = 110
    """Number of the first /24 block behind the NAT gateway."""

    def __init__(self, scope: Construct, id: str, *, name: str, network: Network, nat: bool) -> None:
        """Create gateway, subnets and routes.

        Args:
            name: Name of the subnets' `Name` tags.
            network: Network to extend.
            nat: Whether tasks get private subnets with one NAT gateway.
        """
        super().__init__(scope, id)
        self._name = name
        self._network = network
        self.gateway = InternetGateway(self, "gateway", vpc_id=network.vpc_id, tags={"Name": name})
        """Dependency for resources with public addresses. They need the gateway, but refer to subnets only."""
        routes = self._routes("public", gateway_id=self.gateway.id)
        self.public_ids = self._subnets("public", self.FIRST_BLOCK, routes)
        """Public subnets, for load balancers."""
        self.task_ids = self._behind_nat() if nat else self.public_ids
        """Subnets for tasks: those behind the NAT gateway, or the public ones."""
        self.tasks_need_addresses = not nat
        """Whether tasks need public addresses to call AWS services."""

    def _behind_nat(self) -> tuple[str, ...]:
        # An address and a NAT gateway need the VPC's internet gateway:
        # https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html
        address = Eip(
            self,
            "nat-address",
            domain="vpc",
            tags={"Name": f"{self._name}-nat"},
            depends_on=[self.gateway],
        )
        nat = NatGateway(
            self,
            "nat",
            allocation_id=address.id,
            subnet_id=self.public_ids[0],
            tags={"Name": self._name},
            depends_on=[self.gateway],
        )
        return self._subnets("tasks", self.FIRST_NAT_BLOCK, self._routes("tasks", nat_gateway_id=nat.id))

    def _routes(self, kind: str, **target: str) -> str:
        table = RouteTable(
            self, f"{kind}-routes", vpc_id=self._network.vpc_id, tags={"Name": f"{self._name}-{kind}"}
        )
        Route(self, f"{kind}-way-out", route_table_id=table.id, destination_cidr_block=EVERYWHERE, **target)
        id: str = table.id
        return id

    def _subnets(self, kind: str, first_block: int, routes: str) -> tuple[str, ...]:
        ids = []
        for number in range(self._network.options.zones):
            subnet = Subnet(
                self,
                f"{kind}-{number}",
                vpc_id=self._network.vpc_id,
                availability_zone=self._network.zone(number),
                cidr_block=self._network.options.subnet(first_block + number),
                tags={"Name": f"{self._name}-{kind}-{number}"},
                lifecycle=DELETED_LAST,
            )
            RouteTableAssociation(self, f"{kind}-{number}-routes", subnet_id=subnet.id, route_table_id=routes)
            ids.append(subnet.id)
        return tuple(ids)
