"""Schemathesis hooks, loaded through SCHEMATHESIS_HOOKS."""

from typing import Any
from urllib.parse import quote, urlencode

import schemathesis
from schemathesis import Case, HookContext

LONGEST_TARGET = 8_000
"""Bytes. API Gateway lets no request line and headers of more than 10,240 in, and a token is 1,100 of them; what it
answers to more is its own and in no contract:
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
"""


@schemathesis.hook
def filter_case(context: HookContext, case: Case[Any]) -> bool:
    """Return whether API Gateway would pass the request on."""
    try:
        target = quote(case.formatted_path) + "?" + urlencode(dict(case.query or {}), doseq=True)
    except (UnicodeEncodeError, KeyError, ValueError):
        return True
    return len(target) <= LONGEST_TARGET


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:
    """Send the first line of an order alone in a scenario.

    A link gives the first line, of a cart. Schemathesis adds generated lines, of books that do not exist: nearly no
    scenario would place an order.
    """
    body = case.body
    is_step = case.meta is not None and case.meta.phase.name == "stateful"
    if not is_step or case.operation.label != "POST /orders" or not isinstance(body, dict):
        return
    if isinstance(lines := body.get("items"), list):
        case.body = {**body, "items": lines[:1]}
