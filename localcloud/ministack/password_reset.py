"""Issues one code for sign-up and for a forgotten password: MiniStack has two, and the storefront shows one."""

from typing import Any

from ministack.services import cognito  # type: ignore[import-not-found]

from localcloud.environment import SIGN_UP_CODE

_forgot_password = cognito._forgot_password


def patch() -> None:
    """Replace the code of `ForgotPassword`."""
    cognito._forgot_password = _with_sign_up_code


def _with_sign_up_code(data: dict[str, Any]) -> Any:
    answer = _forgot_password(data)
    pool, _ = cognito._pool_for_client(data.get("ClientId"))
    user = cognito._resolve_user(pool, data.get("Username"))[0] if pool else None
    if user:
        user["_reset_code"] = SIGN_UP_CODE
    return answer
