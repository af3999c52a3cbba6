"""A region's private network: no way in, no way out but to the AWS services that functions in it call."""

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


class Network(Construct):
    """A VPC with private subnets in two zones. Nothing in it needs the internet, so there is no NAT."""

    CIDR = "10.0.0.0/16"
    """The same in every region: the regions' networks are never joined."""
    ZONES = 2
    ZONE_LETTERS = "abcdef"
    """Zones have been named by these since there are regions; local and wavelength zones are not."""

    def __init__(self, scope: Construct, id: str, *, name: str, region: str, log_retention_days: int) -> None:
        super().__init__(scope, id)
        self._name = name
        self._region = region
        self._zones = DataAwsAvailabilityZones(
            self,
            "zones",
            state="available",
            filter=[{"name": "zone-name", "values": [f"{region}{letter}" for letter in self.ZONE_LETTERS]}],
        )
        vpc = Vpc(
            self,
            "vpc",
            cidr_block=self.CIDR,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": name},
        )
        self.vpc_id: str = vpc.id
        """The network itself."""
        RejectedTraffic(
            self,
            "rejected",
            name=name,
            region=region,
            vpc_id=self.vpc_id,
            retention_days=log_retention_days,
        )
        # AWS makes it, open within itself, for whatever names no group; without rules it lets nothing pass.
        DefaultSecurityGroup(self, "default-group", vpc_id=self.vpc_id)
        self._routes = RouteTable(self, "routes", vpc_id=self.vpc_id, tags={"Name": f"{name}-private"})
        self.private_route_table_id: str = self._routes.id
        """The routes of all private subnets."""
        self._subnets = [self._subnet(number) for number in range(self.ZONES)]
        self._dynamodb = VpcEndpoint(
            self,
            "dynamodb",
            vpc_id=self.vpc_id,
            service_name=f"com.amazonaws.{region}.dynamodb",
            vpc_endpoint_type="Gateway",
            route_table_ids=[self._routes.id],
            policy=self._own_tables_only(),
            tags={"Name": f"{name}-dynamodb"},
        )

    @property
    def private_subnet_ids(self) -> tuple[str, ...]:
        """One subnet a zone."""
        return tuple(subnet.id for subnet in self._subnets)

    def zone(self, number: int) -> str:
        """Name of the zone of subnet `number`."""
        name: str = Fn.element(self._zones.names, number)
        return name

    def security_group(self, scope: Construct, id: str, *, name: str, description: str) -> "Group":
        """A group without rules, which lets nothing pass until it is told to."""
        return Group(scope, id, vpc_id=self.vpc_id, name=name, description=description)

    def reach_dynamodb(self, group: "Group") -> None:
        """Let the members of a group call DynamoDB."""
        group.allow_to_prefix_list("dynamodb", self._dynamodb.prefix_list_id)

    def interface_endpoint(
        self, scope: Construct, *, service: str, statement: Statement, callers: "Group"
    ) -> None:
        """A private address of an AWS service, for the members of `callers` only.

        It is in one zone, since each zone costs as much as the first. Without that zone its callers retry, so
        it serves what may wait; a service that shoppers wait for wants one in each zone.
        """
        name = f"{self._name}-{service}"
        group = self.security_group(
            scope, f"{service}-group", name=name, description=f"The endpoint of {service}"
        )
        callers.allow_to(service, group, HTTPS)
        VpcEndpoint(
            scope,
            service,
            vpc_id=self.vpc_id,
            service_name=f"com.amazonaws.{self._region}.{service}",
            vpc_endpoint_type="Interface",
            private_dns_enabled=True,
            subnet_ids=[self._subnets[0].id],
            security_group_ids=[group.id],
            policy=self._for_anyone_inside(scope, f"{service}-policy", statement),
            tags={"Name": name},
        )

    def _subnet(self, number: int) -> Subnet:
        subnet = Subnet(
            self,
            f"private-{number}",
            vpc_id=self.vpc_id,
            availability_zone=self.zone(number),
            cidr_block=f"10.0.{number}.0/24",
            tags={"Name": f"{self._name}-private-{number}"},
        )
        RouteTableAssociation(
            self, f"private-{number}-routes", subnet_id=subnet.id, route_table_id=self._routes.id
        )
        return subnet

    def _own_tables_only(self) -> str:
        reading = ("dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan")
        own = f"arn:aws:dynamodb:{self._region}:*:table/{self._name}-*"
        return self._for_anyone_inside(self, "own-tables-only", Statement("ReadOwnTables", reading, (own,)))

    def _for_anyone_inside(self, scope: Construct, id: str, statement: Statement) -> str:
        """An endpoint's policy. It names no caller: it can only narrow what a caller's role allows."""
        anyone = {"principals": [{"type": "AWS", "identifiers": ["*"]}]}
        document = DataAwsIamPolicyDocument(scope, id, statement=[{**statement.as_input(), **anyone}])
        policy: str = document.json
        return policy


class Group(Construct):
    """A security group, and who may talk to whom through it."""

    def __init__(self, scope: Construct, id: str, *, vpc_id: str, name: str, description: str) -> None:
        super().__init__(scope, id)
        group = SecurityGroup(
            self, "group", name=name, description=description, vpc_id=vpc_id, tags={"Name": name}
        )
        self.id: str = group.id
        """What is put on network interfaces."""

    def allow_to(self, id: str, other: "Group", port: int) -> None:
        """Let members of this group connect to members of another, on one TCP port; both sides must agree."""
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
        """Let members of this group call an AWS service that has a gateway endpoint."""
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
