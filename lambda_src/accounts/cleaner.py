"""Deletes accounts from the user pool: of shoppers who asked for it, and those that were never confirmed.

It runs on a schedule in the first region, where the pool is. An unconfirmed account blocks its address: its owner
cannot sign up. After a failure the next run continues.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from runtime import aws, clock, log
from runtime.settings import Settings, settings
from shop import erasures, sweep

UNCONFIRMED_FOR = timedelta(hours=48)
"""A code is valid for 24 hours, also one that is sent again within the first day."""

REPEATED_FOR = timedelta(days=3)
"""How long every region's sweep repeats an erasure."""

MOST = 500
"""Accounts that are deleted in one run. Cognito allows 25 deletions a second."""


class Cleaner:
    """The user pool and the requests to erase persons."""

    def __init__(self, cognito: Any, dynamodb: Any, own: Settings) -> None:
        self._cognito = cognito
        self._dynamodb = dynamodb
        self._settings = own

    def delete_unconfirmed(self, moment: datetime) -> int:
        """Delete accounts that were not confirmed in time. Returns their number.

        Raises:
            Unavailable: Cognito does not answer or is busy.
        """
        names = [name for name, created in self._unconfirmed() if moment - created > UNCONFIRMED_FOR][:MOST]
        for name in names:
            self._delete(name)
        return len(names)

    def delete_erased(self, moment: datetime) -> int:
        """Delete the accounts of erased persons, and end old requests' repetition. Returns the number of requests.

        Raises:
            Unavailable: Cognito or DynamoDB does not answer or is busy.
        """
        requests = list(erasures.pending(self._dynamodb, self._settings))
        for request in requests:
            self._delete(request["customerId"])
            if moment - clock.parse(request["requestedAt"]) > REPEATED_FOR:
                self._end_repetition(request["customerId"])
        return len(requests)

    def _unconfirmed(self) -> Iterator[tuple[str, datetime]]:
        more: dict[str, str] = {}
        while True:
            answer = aws.call(
                self._cognito.list_users,
                UserPoolId=self._settings.user_pool_id,
                Filter='cognito:user_status = "UNCONFIRMED"',
                **more,
            )
            for user in answer["Users"]:
                # Not only by the filter: MiniStack ignores it, and would return every account.
                if user["UserStatus"] == "UNCONFIRMED":
                    yield user["Username"], user["UserCreateDate"]
            if "PaginationToken" not in answer:
                return
            more = {"PaginationToken": answer["PaginationToken"]}

    def _delete(self, name: str) -> None:
        try:
            aws.call(self._cognito.admin_delete_user, UserPoolId=self._settings.user_pool_id, Username=name)
        except self._cognito.exceptions.UserNotFoundException:
            return

    def _end_repetition(self, customer_id: str) -> None:
        """Leave a request out of the sweeps, unless a newer one is being written in its place."""
        sweep.leave(self._dynamodb, self._settings, erasures.key(customer_id))


@cache
def _cleaner() -> Cleaner:
    return Cleaner(aws.client("cognito-idp"), aws.client("dynamodb"), settings())


def handle(event: Mapping[str, Any], context: object) -> dict[str, int]:
    """Delete accounts. The event is not used.

    Raises:
        Unavailable: Cognito or DynamoDB does not answer or is busy.
    """
    log.follow(getattr(context, "aws_request_id", ""))
    now = clock.now()
    deleted = {"erased": _cleaner().delete_erased(now), "unconfirmed": _cleaner().delete_unconfirmed(now)}
    log.write("INFO", "accounts cleaned", **deleted)
    return deleted
