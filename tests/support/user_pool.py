"""A Cognito user pool in process. moto's needs a package that is not installed."""

import re
import uuid
from datetime import UTC, datetime
from typing import Any

POOL = "eu-west-1_pool"


class UserNotFoundException(Exception):  # noqa: N818  Cognito's own
    """The pool has no such user."""


class InvalidParameterException(Exception):  # noqa: N818  Cognito's own
    """Cognito does not accept the user name."""


class UserPool:
    """The operations of a client of `cognito-idp` that the project calls, on one pool. `page` users in an answer."""

    class exceptions:  # noqa: N801  botocore's own
        InvalidParameterException = InvalidParameterException
        UserNotFoundException = UserNotFoundException

    def __init__(self, page: int = 60) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.ignores_filter = False
        self.loses_answer = False
        """Whether the first answer to a deletion is lost. The request is sent again, as botocore does."""
        self.calls: list[str] = []
        """Names of the users to delete, and `list_users` for each page."""
        self._page = page

    def add(self, email: str, *, status: str = "CONFIRMED", created: datetime | None = None) -> str:
        """Add a user and return the id, which is also the user name."""
        sub = str(uuid.uuid4())
        self.users[sub] = {
            "Username": sub,
            "Attributes": [{"Name": "sub", "Value": sub}, {"Name": "email", "Value": email}],
            "UserStatus": status,
            "UserCreateDate": created or datetime.now(UTC),
        }
        return sub

    def list_users(
        self,
        UserPoolId: str,  # noqa: N803  boto3's own
        Filter: str,  # noqa: N803
        PaginationToken: str = "0",  # noqa: N803
        Limit: int = 60,  # noqa: N803
    ) -> dict[str, Any]:
        assert UserPoolId == POOL
        self.calls.append("list_users")
        found = re.fullmatch(r'(email|sub|cognito:user_status) = "([^"]*)"', Filter)
        assert found, Filter
        matching = [
            user
            for user in self.users.values()
            if self.ignores_filter or found[2] == self._value(user, found[1])
        ]
        start, end = int(PaginationToken), int(PaginationToken) + min(Limit, self._page)
        more = {"PaginationToken": str(end)} if end < len(matching) else {}
        return {"Users": matching[start:end], **more}

    def _value(self, user: dict[str, Any], name: str) -> str:
        if name == "cognito:user_status":
            return str(user["UserStatus"])
        return next(str(each["Value"]) for each in user["Attributes"] if each["Name"] == name)

    def admin_delete_user(self, UserPoolId: str, Username: str) -> None:  # noqa: N803  boto3's own
        assert UserPoolId == POOL
        self.calls.append(Username)
        if " " in Username:
            raise InvalidParameterException
        for _ in range(2 if self.loses_answer else 1):
            if self.users.pop(Username, None) is None:
                raise UserNotFoundException
