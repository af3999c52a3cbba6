"""A monthly budget of the AWS account."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.budgets_budget import BudgetsBudget, BudgetsBudgetNotification
from constructs import Construct


class AccountBudget(Construct):
    """Sends e-mails when the account's monthly cost exceeds the budget. AWS computes costs some hours late.

    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-best-practices.html
    """

    def __init__(
        self, scope: Construct, id: str, *, name: str, usd_a_month: float, emails: Sequence[str]
    ) -> None:
        """Create the budget.

        Args:
            name: Name of the deployment.
            usd_a_month: Expected cost of the account.
            emails: Addresses that receive the e-mails.
        """
        super().__init__(scope, id)
        BudgetsBudget(
            self,
            "month",
            name=f"{name}-month",
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=f"{usd_a_month:.2f}",
            limit_unit="USD",
            notification=[
                BudgetsBudgetNotification(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    subscriber_email_addresses=list(emails),
                )
                for kind, percent in (("ACTUAL", 80), ("FORECASTED", 100))
            ],
        )
