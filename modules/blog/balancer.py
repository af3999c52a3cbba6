"""The load balancer of the blog: it terminates TLS and restricts administrative paths to editors' addresses."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.lb import Lb
from cdktf_cdktf_provider_aws.lb_listener import LbListener, LbListenerDefaultAction
from cdktf_cdktf_provider_aws.lb_listener_rule import (
    LbListenerRule,
    LbListenerRuleAction,
    LbListenerRuleCondition,
)
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup
from cdktf_cdktf_provider_aws.vpc_security_group_ingress_rule import VpcSecurityGroupIngressRule
from constructs import Construct

from modules.blog.public_subnets import EVERYWHERE, PublicSubnets
from modules.firewall import Firewall
from modules.network import Network
from modules.support.suppression import (
    FEW_ADDRESSES,
    OFF_FOR_ITS_PRICE,
    PUBLIC_ON_PURPOSE,
    UNSEEN_BY_CHECKOV,
    suppress,
)

HTTP = 80
HTTPS = 443
EDITORS_PATHS = ("/wp-admin/*", "/wp-login.php")
"""Paths for editors."""
CLOSED_PATHS = (*EDITORS_PATHS, "/wp-cron.php", "/xmlrpc.php", "/wp-comments-post.php")
"""Paths that answer 403 to other addresses. WordPress checks again, also for paths that evade a pattern."""
VALUES_PER_RULE = 5
"""Most condition values of one listener rule.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"""


@dataclass(frozen=True)
class BalancerOptions:
    """Name, certificate and access of a load balancer."""

    name: str
    """Name of the balancer and its target group."""
    certificate_arn: str
    """Issued certificate for the blog's host names."""
    admin_addresses: tuple[str, ...] = ()
    """CIDR blocks that may use `EDITORS_PATHS`."""
    protected: bool = True
    """Whether AWS refuses to delete the balancer."""
    firewall: Firewall | None = None
    """Web ACL in front of the balancer."""
    health_path: str = "/healthz"
    """Path of the target group's check. WordPress queries the database before it answers."""


class Balancer(Construct):
    """An application load balancer with two listeners, one target group and listener rules by priority."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        network: Network,
        subnets: PublicSubnets,
        options: BalancerOptions,
    ) -> None:
        """Create the load balancer.

        Args:
            network: Network of the tasks.
            subnets: Public subnets in two zones.
            options: Name, certificate and access.
        """
        super().__init__(scope, id)
        self._options = options
        name = options.name
        self.group = network.security_group(
            self, "group", name=f"{name}-balancer", description="The load balancer of the blog"
        )
        """Security group of the balancer."""
        for port in (HTTP, HTTPS):
            self._open(port)
        balancer = Lb(
            self,
            "balancer",
            name=name,
            load_balancer_type="application",
            subnets=list(subnets.public_ids),
            security_groups=[self.group.id],
            drop_invalid_header_fields=True,
            enable_deletion_protection=options.protected,
            # EC2 refuses it in a VPC without an internet gateway (InvalidSubnet):
            # https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
            depends_on=[subnets.gateway],
        )
        reasons = {"CKV_AWS_91": FEW_ADDRESSES}
        if options.firewall:
            options.firewall.protect(self, "firewall", balancer.arn)
            reasons["CKV2_AWS_76"] = UNSEEN_BY_CHECKOV
        else:
            reasons["CKV2_AWS_28"] = OFF_FOR_ITS_PRICE
        suppress(balancer, reasons)
        self.arn_suffix: str = balancer.arn_suffix
        """Dimension `LoadBalancer` of its metrics."""
        self.dns_name: str = balancer.dns_name
        """DNS name, the target of alias records."""
        self.zone_id: str = balancer.zone_id
        """Hosted zone of the DNS name."""
        target = self._target(name, network)
        self.target_group_arn: str = target.arn
        """Target group of the tasks."""
        self.target_group_suffix: str = target.arn_suffix
        """Dimension `TargetGroup` of its metrics."""
        self._redirect(balancer.arn)
        listener = LbListener(
            self,
            "https",
            load_balancer_arn=balancer.arn,
            port=HTTPS,
            protocol="HTTPS",
            ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
            certificate_arn=options.certificate_arn,
            default_action=[LbListenerDefaultAction(type="forward", target_group_arn=target.arn)],
        )
        self.listening: ITerraformDependable = listener
        """Dependency for services: ECS needs a target group that a listener uses."""
        self._rules(listener.arn, target.arn, options.admin_addresses)

    def _open(self, port: int) -> None:
        rule = VpcSecurityGroupIngressRule(
            self,
            f"from-anywhere-{port}",
            security_group_id=self.group.id,
            description="Readers",
            cidr_ipv4=EVERYWHERE,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
        )
        if port == HTTP:
            suppress(rule, {"CKV_AWS_260": PUBLIC_ON_PURPOSE})

    def _target(self, name: str, network: Network) -> LbTargetGroup:
        return LbTargetGroup(
            self,
            "tasks",
            name=name,
            vpc_id=network.vpc_id,
            target_type="ip",
            port=8080,
            protocol="HTTP",
            deregistration_delay="15",
            health_check={
                "path": self._options.health_path,
                "matcher": "200",
                "interval": 30,
                "timeout": 20,
                "healthy_threshold": 2,
                "unhealthy_threshold": 3,
            },
        )

    def _redirect(self, balancer_arn: str) -> None:
        LbListener(
            self,
            "http",
            load_balancer_arn=balancer_arn,
            port=HTTP,
            protocol="HTTP",
            default_action=[
                LbListenerDefaultAction(
                    type="redirect",
                    redirect={"port": str(HTTPS), "protocol": "HTTPS", "status_code": "HTTP_301"},
                )
            ],
        )

    def _rules(self, listener_arn: str, target_arn: str, admin_addresses: Sequence[str]) -> None:
        addresses_per_rule = VALUES_PER_RULE - len(EDITORS_PATHS)
        for start in range(0, len(admin_addresses), addresses_per_rule):
            LbListenerRule(
                self,
                f"editors-{start}",
                listener_arn=listener_arn,
                priority=10 + start,
                action=[LbListenerRuleAction(type="forward", target_group_arn=target_arn)],
                condition=[
                    LbListenerRuleCondition(path_pattern={"values": list(EDITORS_PATHS)}),
                    LbListenerRuleCondition(
                        source_ip={"values": list(admin_addresses[start : start + addresses_per_rule])}
                    ),
                ],
            )
        LbListenerRule(
            self,
            "closed",
            listener_arn=listener_arn,
            priority=100,
            action=[
                LbListenerRuleAction(
                    type="fixed-response",
                    fixed_response={
                        "content_type": "text/plain",
                        "message_body": "Forbidden",
                        "status_code": "403",
                    },
                )
            ],
            condition=[LbListenerRuleCondition(path_pattern={"values": list(CLOSED_PATHS)})],
        )
