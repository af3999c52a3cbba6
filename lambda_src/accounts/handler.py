"""Routes of the signed-in shopper's account: export, deletion, sign-out."""

from functools import cache

from accounts.store import Accounts
from runtime import aws
from runtime.http import Request, Response, Router
from runtime.settings import settings
from shop.revocations import Revocations

handle = Router()


@cache
def _accounts() -> Accounts:
    return Accounts(aws.client("dynamodb"), settings())


@cache
def _revocations() -> Revocations:
    return Revocations(aws.client("dynamodb"), settings().cart_table)


@handle.route("DELETE", "/account")
def delete_account(request: Request) -> Response:
    """Request the deletion of the account and of the person's data in every region."""
    _accounts().delete(request.sign_in)
    return Response(status=204)


@handle.route("GET", "/account/export")
def export_account(request: Request) -> Response:
    """Return the stored data of the shopper, with a page of orders."""
    sign_in, cursor = request.sign_in, request.query("cursor")
    return Response(_revocations().checked(sign_in, lambda: _accounts().export(sign_in, cursor)))


@handle.route("PUT", "/account/sign-out")
def sign_out(request: Request) -> Response:
    """End all sign-ins of the shopper until now."""
    _accounts().sign_out(request.sign_in)
    return Response(status=204)
