from cdktf import TerraformStack

from modules.firewall import Firewall, FirewallRules


def example(stack: TerraformStack) -> None:
    firewall = Firewall(
        stack,
        "firewall",
        name="books-prod-eu-west-1",
        rules=FirewallRules(scope="REGIONAL", requests_per_5_minutes=1000),
        log_retention_days=30,
    )
    firewall.protect(stack, "api", "arn:aws:apigateway:eu-west-1::/restapis/example/stages/live")
