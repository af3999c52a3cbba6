"""Conversion between Python values and DynamoDB's notation, and reads over several pages."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from runtime.aws import Call, call
from runtime.errors import Unavailable

Item = dict[str, Any]

PAGE_SECONDS = 15.0
"""Time-out of reading a page of 1 MB, for functions that no shopper waits for."""

_BATCH = 100
"""Maximum number of keys of one BatchGetItem."""
_ROUNDS = 5
_CONNECTIONS = 4
"""Requests of one read at the same time."""


def pages(operation: Call, **parameters: Any) -> Iterator[list[dict[str, Any]]]:
    """Yield the pages of a query or scan, as items in DynamoDB's notation."""
    while True:
        answer = call(operation, **parameters)
        yield answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        parameters["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def items(operation: Call, **parameters: Any) -> Iterator[Item]:
    """Yield the items of a query or scan as Python values. Pages are read on demand."""
    for page in pages(operation, **parameters):
        yield from map(load, page)


class Keys(NamedTuple):
    """Keys to read from one table."""

    table: str
    keys: Sequence[Mapping[str, Any]]
    consistent: bool = False


def batch_get(client: Any, *wanted: Keys) -> dict[str, list[Item]]:
    """Read items of several tables, up to 100 in a request. Several requests are sent at the same time.

    Returns:
        The items by table, in any order. Keys without an item are skipped.

    Raises:
        Unavailable: DynamoDB left keys unprocessed in several requests.
    """
    found: dict[str, list[Item]] = {each.table: [] for each in wanted}
    consistent = {each.table: each.consistent for each in wanted}
    keys = [(each.table, dump(key)) for each in wanted for key in each.keys]
    requests: list[dict[str, Any]] = []
    for start in range(0, len(keys), _BATCH):
        request: dict[str, Any] = {}
        for table, key in keys[start : start + _BATCH]:
            request.setdefault(table, {"Keys": [], "ConsistentRead": consistent[table]})["Keys"].append(key)
        requests.append(request)
    for answer in _answers(client, requests):
        for table, images in answer.items():
            found[table] += map(load, images)
    return found


def _answers(client: Any, requests: Sequence[dict[str, Any]]) -> Iterator[dict[str, list[dict[str, Any]]]]:
    if len(requests) < 2:
        for request in requests:
            yield from _rounds(client, request)
        return
    from concurrent.futures import ThreadPoolExecutor  # slow to import

    with ThreadPoolExecutor(min(len(requests), _CONNECTIONS)) as pool:
        for answers in pool.map(lambda request: list(_rounds(client, request)), requests):
            yield from answers


def _rounds(client: Any, request: dict[str, Any]) -> Iterator[dict[str, list[dict[str, Any]]]]:
    for _ in range(_ROUNDS):
        answer = call(client.batch_get_item, RequestItems=request)
        yield answer["Responses"]
        request = answer.get("UnprocessedKeys") or {}
        if not request:
            return
    raise Unavailable("A service of this region is busy; try again.")


def dump(item: Mapping[str, Any]) -> dict[str, Any]:
    """Convert an item to DynamoDB's notation."""
    return {name: value(content) for name, content in item.items()}


def load(item: Mapping[str, Any]) -> Item:
    """Convert an item to Python values: integers to `int`, other numbers to `Decimal`."""
    return {name: plain(content) for name, content in item.items()}


def value(content: Any) -> dict[str, Any]:
    """Convert one value to DynamoDB's notation.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
    """
    match content:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": content}
        case str():
            return {"S": content}
        case int() | Decimal():
            return {"N": str(content)}
        case list() | tuple():
            return {"L": [value(element) for element in content]}
        case dict():
            return {"M": dump(content)}
    raise TypeError(f"{type(content).__name__} cannot be stored in a table.")


def plain(content: Mapping[str, Any]) -> Any:
    """Convert one value from DynamoDB's notation.

    Raises:
        ValueError: it is not in that notation, or has a type that the tables do not use.
    """
    ((kind, raw),) = content.items()
    if kind == "S" or kind == "BOOL":
        return raw
    if kind == "N":
        return _number(raw)
    if kind == "M":
        return load(raw)
    if kind == "L":
        return [plain(element) for element in raw]
    if kind == "NULL":
        return None
    if kind == "SS":
        return sorted(raw)
    raise ValueError(f"{kind} is not a type of the bookstore's tables.")


def _number(text: str) -> int | Decimal:
    try:
        return int(text)
    except ValueError:
        number = Decimal(text)
    return int(number) if number == number.to_integral_value() else number
