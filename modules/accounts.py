"""Accounts: a scheduled function that deletes accounts from the user pool."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from constructs import Construct

from modules.function import Code, Function, FunctionOptions, Platform
from modules.permissions import Statement
from modules.support.resources import DeadLetterQueue
from modules.tables import Table


@dataclass(frozen=True)
class UserPool:
    """The user pool with the accounts."""

    id: str
    """ID of the pool."""
    arn: str
    """ARN of the pool."""


@dataclass(frozen=True)
class AccountsOptions:
    """How often the function runs."""

    schedule: str = "rate(5 minutes)"
    """Schedule of EventBridge. A deleted account can sign in until the next run, but its tokens are refused."""


class Accounts(Construct):
    """The function and its schedule. For the user pool's region only."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        platform: Platform,
        orders: Table,
        user_pool: UserPool,
        options: AccountsOptions = AccountsOptions(),
    ) -> None:
        """Create function, queue and schedule.

        Args:
            platform: Properties of the region's functions.
            orders: The region's table `orders`, which has the requests to erase persons.
            user_pool: The pool whose accounts are deleted.
            options: How often the function runs.
        """
        super().__init__(scope, id)
        self.dead_letters = DeadLetterQueue(
            self, "dead-letters", name=f"{platform.name}-accounts-dead-letters"
        )
        """Queue of the runs that failed."""
        self.cleaner = Function(
            self,
            "accounts-cleaner",
            platform=platform,
            code=Code("accounts", handler="cleaner"),
            options=FunctionOptions(
                description="Deletes erased and unconfirmed accounts from the user pool",
                environment={**orders.environment, "USER_POOL_ID": user_pool.id},
                timeout=120,
            ),
        )
        """Function that deletes accounts."""
        orders.grant(self.cleaner.permissions, "UpdateItem", indexes=("sweep",))
        self.cleaner.permissions.allow(
            Statement(
                "DeleteAccounts", ("cognito-idp:AdminDeleteUser", "cognito-idp:ListUsers"), (user_pool.arn,)
            )
        )
        self.cleaner.send_failures_to(self.dead_letters)
        schedule = CloudwatchEventRule(
            self,
            "schedule",
            name=f"{platform.name}-accounts-cleaner",
            description="Deletes erased and unconfirmed accounts",
            schedule_expression=options.schedule,
        )
        CloudwatchEventTarget(self, "clean", rule=schedule.name, arn=self.cleaner.arn)
        self.cleaner.allow_invocation("schedule", principal="events.amazonaws.com", source_arn=schedule.arn)
