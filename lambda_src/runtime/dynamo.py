"""DynamoDB's notation and its pages: plain Python values in and out."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from runtime.aws import Call, call
from runtime.errors import Unavailable

Item = dict[str, Any]

_BATCH = 100
"""Most keys of one BatchGetItem."""
_ROUNDS = 5


def pages(operation: Call, **parameters: Any) -> Iterator[list[dict[str, Any]]]:
    """The items of a query or scan in DynamoDB's notation, page by page."""
    while True:
        answer = call(operation, **parameters)
        yield answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        parameters["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def items(operation: Call, **parameters: Any) -> Iterator[Item]:
    """Every item of a query or scan, as plain values; pages are read as they are needed."""
    for page in pages(operation, **parameters):
        yield from map(load, page)


def batch_get(
    client: Any, table: str, keys: Iterable[Mapping[str, Any]], *, consistent: bool = False
) -> Iterator[Item]:
    """The items that bear these keys, in any order; keys that no item bears are left out.

    Raises:
        Unavailable: DynamoDB left keys unread in each of several rounds.
    """
    wanted = [dump(key) for key in keys]
    for start in range(0, len(wanted), _BATCH):
        request: dict[str, Any] = {
            table: {"Keys": wanted[start : start + _BATCH], "ConsistentRead": consistent},
        }
        for _ in range(_ROUNDS):
            answer = call(client.batch_get_item, RequestItems=request)
            yield from map(load, answer["Responses"].get(table, ()))
            request = answer.get("UnprocessedKeys") or {}
            if not request:
                break
        else:
            raise Unavailable("The shop is busy; try again.")


def dump(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item in DynamoDB's notation."""
    return {name: value(content) for name, content in item.items()}


def load(item: Mapping[str, Any]) -> Item:
    """An item as plain values: integers as `int`, other numbers as `Decimal`."""
    return {name: plain(content) for name, content in item.items()}


def value(content: Any) -> dict[str, Any]:
    """One value in DynamoDB's notation.

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
    raise TypeError(f"{type(content).__name__} has no place in a table.")


def plain(content: Mapping[str, Any]) -> Any:
    """One value from DynamoDB's notation.

    Raises:
        ValueError: it is not in that notation, or of a type that the shop does not use.
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
    raise ValueError(f"{kind} is not a type of the shop's tables.")


def _number(text: str) -> int | Decimal:
    try:
        return int(text)
    except ValueError:
        number = Decimal(text)
    return int(number) if number == number.to_integral_value() else number
