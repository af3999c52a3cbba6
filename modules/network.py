"""A private VPC without internet access, and the endpoint of the AWS service that functions in it call."""

from dataclasses import dataclass
from ipaddress import IPv4Network

from cdktf import Fn
from cdktf_cdktf_provider_aws.data_aws_availability_zones import DataAwsAvailabilityZones
from cdktf_cdktf_provider_aws.data_aws_iam_policy_document import DataAwsIamPolicyDocument
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.security_group import SecurityGroup
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from cdktf_cdktf_provider_aws.vpc_security_group_egress_rule import VpcSecurityGroupEgressRule
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.flow_log import RejectedTraffic
from modules.permissions import Statement

HTTPS = 443
_ZONE_LETTERS = "abcdef"
"""Suffixes of availability zones. Local and wavelength zones have other names."""


@dataclass(frozen=True)
class NetworkOptions:
    """Address space and zones of a network."""

    cidr: str = "10.0.0.0/16"
    """IPv4 block of the VPC, a /16. Subnets are its /24 blocks."""
    zones: int = 2
    """Number of availability zones with a private subnet."""
    log_retention_days: int = 30
    """How long CloudWatch keeps the log of rejected traffic."""

    def subnet(self, block: int) -> str:
        """Return the CIDR of the /24 with the number `block` within the VPC."""
        return str(list(IPv4Network(self.cidr).subnets(new_prefix=24))[block])


class Network(Construct):
    """A VPC with a private subnet in each zone. It has no NAT gateway."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        region: str,
        options: NetworkOptions = NetworkOptions(),
    ) -> None:
        """Create the VPC with private subnets and flow log.

        Args:
            name: Name of the deployment.
            region: AWS region of the stack's provider.
            options: Address space and zones.
        """
        super().__init__(scope, id)
        self._name = name
        self.options = options
        """Address space and zones, for further subnets."""
        self._zones = DataAwsAvailabilityZones(
            self,
            "zones",
            state="available",
            filter=[{"name": "zone-name", "values": [f"{region}{letter}" for letter in _ZONE_LETTERS]}],
        )
        vpc = Vpc(
            self,
            "vpc",
            cidr_block=options.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": name},
        )
        self.vpc_id: str = vpc.id
        """ID of the VPC."""
        RejectedTraffic(
            self,
            "rejected",
            name=name,
            region=region,
            vpc_id=self.vpc_id,
            retention_days=options.log_retention_days,
        )
        # AWS creates this group for interfaces without a group, with open rules. Managed here, it has no rules.
        DefaultSecurityGroup(self, "default-group", vpc_id=self.vpc_id)
        self._routes = RouteTable(self, "routes", vpc_id=self.vpc_id, tags={"Name": f"{name}-private"})
        self.private_route_table_id: str = self._routes.id
        """Route table of the private subnets."""
        self._subnets = [self._subnet(number) for number in range(options.zones)]

    @property
    def private_subnet_ids(self) -> tuple[str, ...]:
        """IDs of the private subnets, one per zone."""
        return tuple(subnet.id for subnet in self._subnets)

    def zone(self, number: int) -> str:
        """Return the zone of the private subnet with this number, starting at 0."""
        name: str = self._subnets[number].availability_zone
        return name

    def security_group(self, scope: Construct, id: str, *, name: str, description: str) -> "Group":
        """Create a security group without rules."""
        return Group(scope, id, vpc_id=self.vpc_id, name=name, description=description)

    def _subnet(self, number: int) -> Subnet:
        subnet = Subnet(
            self,
            f"private-{number}",
            vpc_id=self.vpc_id,
            availability_zone=Fn.element(self._zones.names, number),
            cidr_block=self.options.subnet(number),
            tags={"Name": f"{self._name}-private-{number}"},
        )
        RouteTableAssociation(
            self, f"private-{number}-routes", subnet_id=subnet.id, route_table_id=self._routes.id
        )
        return subnet


class Group(Construct):
    """A security group. Connections are allowed to other groups, never to addresses."""

    def __init__(self, scope: Construct, id: str, *, vpc_id: str, name: str, description: str) -> None:
        """Create a group without rules.

        Args:
            vpc_id: VPC of the group.
            name: Name of the group.
            description: Description in the EC2 console. EC2 allows only some punctuation, no apostrophe.
        """
        super().__init__(scope, id)
        group = SecurityGroup(
            self, "group", name=name, description=description, vpc_id=vpc_id, tags={"Name": name}
        )
        self.id: str = group.id
        """ID of the security group."""

    def allow_to(self, id: str, other: "Group", port: int) -> None:
        """Allow members of this group to connect to members of `other` on a TCP port.

        Creates the egress rule of this group and the ingress rule of the other one.
        """
        VpcSecurityGroupEgressRule(
            self,
            f"to-{id}",
            description=f"To {id}",
            security_group_id=self.id,
            referenced_security_group_id=other.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
        )
        VpcSecurityGroupIngressRule(
            other,
            f"from-{id}-callers",
            description=f"From the callers of {id}",
            security_group_id=other.id,
            referenced_security_group_id=self.id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
        )

    def allow_to_prefix_list(self, id: str, prefix_list_id: str) -> None:
        """Allow members of this group to call an AWS service with a gateway endpoint."""
        VpcSecurityGroupEgressRule(
            self,
            f"to-{id}",
            description=f"To {id}",
            security_group_id=self.id,
            prefix_list_id=prefix_list_id,
            ip_protocol="tcp",
            from_port=HTTPS,
            to_port=HTTPS,
        )


class DynamoDbEndpoint(Construct):
    """A gateway endpoint for DynamoDB in a network's private subnets. Only the deployment's own tables can be read."""

    def __init__(self, scope: Construct, id: str, *, name: str, region: str, network: Network) -> None:
        """Create the endpoint.

        Args:
            name: Name of the deployment. Tables whose names start with it can be read.
            region: AWS region of the stack's provider.
            network: Network whose private subnets get the route.
        """
        super().__init__(scope, id)
        reading = ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan")
        own = f"arn:aws:dynamodb:{region}:*:table/{name}-*"
        self._endpoint = VpcEndpoint(
            self,
            "endpoint",
            vpc_id=network.vpc_id,
            service_name=f"com.amazonaws.{region}.dynamodb",
            vpc_endpoint_type="Gateway",
            route_table_ids=[network.private_route_table_id],
            policy=_endpoint_policy(self, "own-tables-only", Statement("ReadOwnTables", reading, (own,))),
            tags={"Name": f"{name}-dynamodb"},
        )

    def admit(self, group: Group) -> None:
        """Allow the members of a security group to call DynamoDB."""
        group.allow_to_prefix_list("dynamodb", self._endpoint.prefix_list_id)


def _endpoint_policy(scope: Construct, id: str, statement: Statement) -> str:
    """Return an endpoint policy for all principals. It can only narrow what the caller's role allows."""
    anyone = {"principals": [{"type": "AWS", "identifiers": ["*"]}]}
    document = DataAwsIamPolicyDocument(scope, id, statement=[{**statement.as_input(), **anyone}])
    policy: str = document.json
    return policy
