import pytest

from stacks.settings import Settings
from tests.support.synthesis import CHANGED, ON_AWS, shop


def test_budget_mails_operators() -> None:
    stack = shop(**CHANGED)["global"]
    budget = stack.only("aws_budgets_budget")
    assert (budget["limit_amount"], budget["limit_unit"], budget["time_unit"]) == ("200.00", "USD", "MONTHLY")
    notifications = {each["notification_type"]: each for each in budget["notification"]}
    assert {kind: each["threshold"] for kind, each in notifications.items()} == {
        "ACTUAL": 80,
        "FORECASTED": 100,
    }
    assert all(
        each["subscriber_email_addresses"] == CHANGED["observability"]["emails"]
        for each in notifications.values()
    )


def test_budget_absent_by_default() -> None:
    assert not [each for stack in shop().stacks.values() for each in stack.resources("aws_budgets_budget")]


def test_budget_without_emails_is_refused() -> None:
    with pytest.raises(ValueError, match=r"needs observability\.emails"):
        Settings(**{**ON_AWS, "budget": {"usd_a_month": 200}})


def test_budget_with_eleven_emails_is_refused() -> None:
    emails = [f"operator-{number}@example.com" for number in range(11)]
    changed = {**ON_AWS, "observability": {"emails": emails}}
    assert Settings(**changed).observability.emails
    with pytest.raises(ValueError, match=r"at most 10 observability\.emails, as AWS Budgets does, not 11"):
        Settings(**{**changed, "budget": {"usd_a_month": 200}})
