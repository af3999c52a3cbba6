"""The only way in: a load balancer that ends TLS and keeps strangers out of the back rooms."""

from collections.abc import Sequence

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

from modules.blog.public_subnets import EVERYWHERE
from modules.firewall import Firewall
from modules.network import Network
from modules.support.suppression import LOGGED_ELSEWHERE, OFF_FOR_ITS_PRICE, PUBLIC_ON_PURPOSE, suppress

HTTP = 80
HTTPS = 443
EDITORS_PATHS = ("/wp-admin/*", "/wp-login.php")
"""Where editors work."""
CLOSED_PATHS = (*EDITORS_PATHS, "/wp-cron.php", "/xmlrpc.php", "/wp-comments-post.php")
"""What strangers get 403 for. WordPress refuses it again, and what dodges a pattern as well."""
VALUES_A_RULE = 5
"""Conditions that one listener rule may hold.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"""


class Balancer(Construct):
    """Two listeners, one target group, and rules of which the first that fits counts."""

    HEALTH_PATH = "/healthz"
    """Answered by WordPress's own code after asking the database."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        network: Network,
        subnet_ids: Sequence[str],
        certificate_arn: str,
        admin_addresses: Sequence[str],
        protected: bool,
        firewall: Firewall | None,
    ) -> None:
        super().__init__(scope, id)
        self.group = network.security_group(
            self, "group", name=f"{name}-balancer", description="The blog's way in"
        )
        for port in (HTTP, HTTPS):
            self._open(port)
        balancer = Lb(
            self,
            "balancer",
            name=name,
            load_balancer_type="application",
            subnets=list(subnet_ids),
            security_groups=[self.group.id],
            drop_invalid_header_fields=True,
            enable_deletion_protection=protected,
        )
        reasons = {"CKV_AWS_91": LOGGED_ELSEWHERE}
        if firewall:
            firewall.protect("blog", balancer.arn)
        else:
            reasons["CKV2_AWS_28"] = OFF_FOR_ITS_PRICE
        suppress(balancer, reasons)
        self.arn_suffix: str = balancer.arn_suffix
        """What its metrics call it."""
        self.dns_name: str = balancer.dns_name
        self.zone_id: str = balancer.zone_id
        """Of AWS's own zone, for alias records."""
        target = self._target(name, network)
        self.target_group_arn: str = target.arn
        self.target_group_suffix: str = target.arn_suffix
        """What its metrics call it."""
        self._redirect(balancer.arn)
        listener = LbListener(
            self,
            "https",
            load_balancer_arn=balancer.arn,
            port=HTTPS,
            protocol="HTTPS",
            ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
            certificate_arn=certificate_arn,
            default_action=[LbListenerDefaultAction(type="forward", target_group_arn=target.arn)],
        )
        self.listening: ITerraformDependable = listener
        """A target group takes tasks only when a listener leads to it."""
        self._rules(listener.arn, target.arn, admin_addresses)

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
                "path": self.HEALTH_PATH,
                "matcher": "200",
                "interval": 30,
                # A database that pauses takes up to 15 seconds to come back.
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
        room = VALUES_A_RULE - len(EDITORS_PATHS)
        for start in range(0, len(admin_addresses), room):
            LbListenerRule(
                self,
                f"editors-{start}",
                listener_arn=listener_arn,
                priority=10 + start,
                action=[LbListenerRuleAction(type="forward", target_group_arn=target_arn)],
                condition=[
                    LbListenerRuleCondition(path_pattern={"values": list(EDITORS_PATHS)}),
                    LbListenerRuleCondition(
                        source_ip={"values": list(admin_addresses[start : start + room])}
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
