"""Deletes accounts from the user pool: of shoppers who asked for it, and those that were never confirmed.

It runs on a schedule in the first region, where the pool is. An unconfirmed account blocks its address: its owner
cannot sign up. After a failure the next run continues.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any

from runtime import aws, clock, dynamo, log
from runtime.dynamo import Item
from runtime.errors import TransactionCancelled
from runtime.settings import Settings, settings
from shop import erasures, sweep

UNCONFIRMED_FOR = timedelta(hours=48)
"""A code is valid for 24 hours, also one that is sent again within the first day."""

REPEATED_FOR = timedelta(days=3)
"""How long every region's sweep repeats an erasure. Only this function ends it, for all regions."""

MAX_DELETIONS = 300
"""Accounts that each of the two parts of a run deletes. Both fit into the function's 120 s if a deletion takes 0.2 s.
Cognito allows 25 deletions a second."""


class Cleaner:
    """The user pool and the requests to erase persons."""

    def __init__(self, cognito: Any, dynamodb: Any, own: Settings) -> None:
        self._cognito = cognito
        self._dynamodb = dynamodb
        self._settings = own

    def delete_unconfirmed(self, moment: datetime) -> int:
        """Delete accounts that were not confirmed in time, `MAX_DELETIONS` at most. Returns their number.

        Raises:
            Unavailable: Cognito does not answer or is busy.
        """
        due = (name for name, created in self._unconfirmed() if moment - created > UNCONFIRMED_FOR)
        # Listed before the first deletion: Cognito does not say what the next page is after a deletion.
        names = list(islice(due, MAX_DELETIONS))
        for name in names:
            self._delete(name)
        return len(names)

    def delete_erased(self, moment: datetime) -> int:
        """Delete the accounts of erased persons, and end the repetition of old requests; `MAX_DELETIONS` at most.

        A request whose account is gone has no more work here until its repetition ends, so it does not delay others.
        A request with a user id that Cognito does not accept does not delay others either: operators may write any id.
        Every run reports it until its repetition ends.

        Returns:
            The number of requests that were processed.

        Raises:
            ExceptionGroup: Cognito does not accept some of the user ids; the other requests were processed, and old
                requests' repetition has ended.
            Unavailable: Cognito or DynamoDB does not answer or is busy.
        """
        pending = erasures.pending(self._dynamodb, self._settings)
        due = (each for each in pending if not _is_account_deleted(each) or _is_old(each, moment))
        processed, refusals = 0, []
        for request in list(islice(due, MAX_DELETIONS)):
            try:
                self._process(request, moment)
                processed += 1
            except self._cognito.exceptions.InvalidParameterException as refusal:
                refusals.append(refusal)
        if refusals:
            raise ExceptionGroup("Cognito does not accept user ids of erased persons.", refusals)
        return processed

    def _process(self, request: Item, moment: datetime) -> None:
        customer_id = request["customerId"]
        try:
            if not _is_account_deleted(request):
                self._delete(customer_id)
        except self._cognito.exceptions.InvalidParameterException:
            if _is_old(request, moment):
                self._end_repetition(customer_id)
            raise
        if _is_old(request, moment):
            self._end_repetition(customer_id)
        else:
            self._mark_deleted_account(customer_id)

    def _end_repetition(self, customer_id: str) -> None:
        sweep.remove(self._dynamodb, self._settings, erasures.key(customer_id))

    def _mark_deleted_account(self, customer_id: str) -> None:
        """Mark the request so that later runs skip it.

        If a new request is being written, do nothing: the next run marks it.
        """
        with suppress(TransactionCancelled):
            aws.call(
                self._dynamodb.update_item,
                TableName=self._settings.orders_table,
                Key=erasures.key(customer_id),
                UpdateExpression=f"SET {erasures.ACCOUNT_DELETED} = :yes",
                ExpressionAttributeValues=dynamo.dump({":yes": True}),
            )

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


def _is_account_deleted(request: Item) -> bool:
    return bool(request.get(erasures.ACCOUNT_DELETED))


def _is_old(request: Item, moment: datetime) -> bool:
    return moment - clock.parse(request["requestedAt"]) > REPEATED_FOR


@cache
def _cleaner() -> Cleaner:
    return Cleaner(aws.client("cognito-idp"), aws.client("dynamodb"), settings())


def handle(event: Mapping[str, Any], context: object) -> dict[str, int]:
    """Delete accounts. The event is not used.

    Raises:
        ExceptionGroup: Cognito does not accept some of the user ids; all else was done.
        Unavailable: Cognito or DynamoDB does not answer or is busy.
    """
    log.set_request_id(getattr(context, "aws_request_id", ""))
    now = clock.now()
    try:
        erased = _cleaner().delete_erased(now)
    finally:  # also after an error, which then ends the run, so that the alarm sees it
        unconfirmed = _cleaner().delete_unconfirmed(now)
    deleted = {"erased": erased, "unconfirmed": unconfirmed}
    log.write("INFO", "accounts cleaned", **deleted)
    return deleted
