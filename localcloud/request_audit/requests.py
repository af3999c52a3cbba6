"""Recorded requests, and the operation and parameters that each one calls."""

import base64
import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote

import botocore.session
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

_SIGNED = re.compile(r"Credential=[^/]+/\d{8}/[a-z0-9-]+/([a-z0-9-]+)/")
SERVICES = {
    "monitoring": "cloudwatch",
    "elasticloadbalancing": "elbv2",
    "email": "sesv2",
    "elasticfilesystem": "efs",
    "application-autoscaling": "application-autoscaling",
}
"""botocore's name of a service by its signing name, where they differ."""
BY_TARGET = {
    "DynamoDBStreams_20120810": "dynamodbstreams",
    "AnyScaleFrontendService": "application-autoscaling",
}


@dataclass(frozen=True)
class Recorded:
    """A request as the emulator received it. Header names are lower-case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Call:
    """An operation of a service, with its parameters as its model names them."""

    service: str
    operation: OperationModel
    parameters: Any


def read(path: Path) -> Iterator[Recorded]:
    """The requests in a file that the emulator recorded."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            fields = json.loads(line)
            yield Recorded(**{**fields, "body": base64.b64decode(fields["body"])})


def parse(request: Recorded) -> Call | None:
    """The call of a request; None for requests without a signature, and for unknown services.

    Raises ValueError when no operation of the service matches.
    """
    signed = _SIGNED.search(request.headers.get("authorization", ""))
    target, _, name = request.headers.get("x-amz-target", "").rpartition(".")
    if not signed:
        return None
    service = BY_TARGET.get(target) or SERVICES.get(signed.group(1), signed.group(1))
    if service == "apigateway" and request.path.startswith("/v2/"):
        service = "apigatewayv2"
    if service == "execute-api":
        return None
    model = _model(service)
    if name:
        return Call(service, model.operation_model(name), json.loads(request.body or b"{}"))
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return _parse_query(service, model, request)
    return _parse_rest(service, model, request)


@cache
def _model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def _parse_query(service: str, model: ServiceModel, request: Recorded) -> Call:
    fields = dict(parse_qsl(request.body.decode() or request.query, keep_blank_values=True))
    operation = model.operation_model(fields.pop("Action"))
    fields.pop("Version", None)
    names = _Names(is_ec2=model.metadata["protocol"] == "ec2")
    return Call(service, operation, _from_fields(operation.input_shape, fields, "", names))


@dataclass(frozen=True)
class _Names:
    """How the query and ec2 protocols name fields."""

    is_ec2: bool

    def member(self, name: str, shape: Shape) -> str:
        if self.is_ec2:
            own = shape.serialization.get("queryName") or shape.serialization.get("name", name)
            return str(own[0].upper() + own[1:])
        return str(shape.serialization.get("name", name))

    def items(self, shape: ListShape) -> str:
        if self.is_ec2 or shape.serialization.get("flattened"):
            return ""
        return "." + str(shape.member.serialization.get("name", "member"))


def _from_fields(shape: Shape | None, fields: Mapping[str, str], prefix: str, names: _Names) -> Any:
    if isinstance(shape, StructureShape):
        return _structure_from_fields(shape, fields, prefix, names)
    below = {name for name in fields if name == prefix or name.startswith(f"{prefix}.")}
    if isinstance(shape, ListShape):
        start = f"{prefix}{names.items(shape)}."
        found = {name.removeprefix(start).partition(".")[0] for name in below if name.startswith(start)}
        numbers = sorted(int(number) for number in found if number.isdecimal())
        return [_from_fields(shape.member, fields, f"{start}{number}", names) for number in numbers]
    if isinstance(shape, MapShape):
        return _map_from_fields(shape, fields, prefix, names)
    return _scalar(shape, fields.get(prefix, ""))


def _map_from_fields(shape: MapShape, fields: Mapping[str, str], prefix: str, names: _Names) -> Any:
    start = f"{prefix}." if shape.serialization.get("flattened") else f"{prefix}.entry."
    key, value = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
    entries = {name.removeprefix(start).partition(".")[0] for name in fields if name.startswith(start)}
    return {
        fields[f"{start}{entry}.{key}"]: _from_fields(shape.value, fields, f"{start}{entry}.{value}", names)
        for entry in sorted(entries)
    }


def _structure_from_fields(
    shape: StructureShape, fields: Mapping[str, str], prefix: str, names: _Names
) -> Any:
    result: dict[str, Any] = {}
    known = set()
    for name, member in shape.members.items():
        wire = names.member(name, member)
        if isinstance(member, ListShape) and member.serialization.get("flattened") and not names.is_ec2:
            wire = str(member.member.serialization.get("name", wire))
        start = f"{prefix}.{wire}" if prefix else wire
        known.add(wire)
        if any(field == start or field.startswith(f"{start}.") for field in fields):
            result[name] = _from_fields(member, fields, start, names)
    below = (field.removeprefix(f"{prefix}.") if prefix else field for field in fields)
    unknown = {field.partition(".")[0] for field in below if not prefix or field} - known
    if not prefix:
        result.update(dict.fromkeys(unknown))
    return result


def _parse_rest(service: str, model: ServiceModel, request: Recorded) -> Call:
    query = {name: values[-1] for name, values in parse_qs(request.query, keep_blank_values=True).items()}
    candidates = []
    for name in model.operation_names:
        operation = model.operation_model(name)
        if (
            operation.deprecated
            or operation.http["method"] != request.method
            or not _has_required(operation, request, query)
        ):
            continue
        if found := _match(operation, request.path, query):
            candidates.append((len(found[1]), -len(found[0]), operation, found[0]))
    if not candidates:
        raise ValueError(f"no operation of {service} for {request.method} {request.path}")
    _, _, operation, labels = max(candidates, key=lambda found: found[:2])
    parameters = _located(operation, request, labels, query)
    shape = operation.input_shape
    if shape is not None:
        payload = shape.serialization.get("payload")
        body = shape.members[payload] if payload else shape
        parsed = _body(model, body, request.body)
        if payload and isinstance(body, StructureShape) and parsed is not None:
            parameters[payload] = parsed
        elif not payload and parsed:
            parameters |= parsed
        elif payload and request.body:
            parameters[payload] = request.body.decode(errors="replace")
    return Call(service, operation, parameters)


def _has_required(operation: OperationModel, request: Recorded, query: Mapping[str, str]) -> bool:
    """Whether the required headers and query parameters are present: S3 tells its operations apart by them."""
    shape = operation.input_shape
    for name in shape.required_members if shape else ():
        member = shape.members[name]
        wire = member.serialization.get("name", name)
        location = member.serialization.get("location")
        if location == "header" and wire.lower() not in request.headers:
            return False
        if location == "querystring" and wire not in query:
            return False
    return True


def _match(
    operation: OperationModel, path: str, query: Mapping[str, str]
) -> tuple[dict[str, str], set[str]] | None:
    """Labels of the path, and fixed query parameters, when the request matches the operation's URI."""
    uri = _uri(operation.http["requestUri"])
    found = uri.path.fullmatch(path.rstrip("/") or "/")
    if not found or not uri.fixed.items() <= query.items():
        return None
    return {uri.labels[group]: unquote(value) for group, value in found.groupdict().items()}, set(uri.fixed)


@dataclass(frozen=True)
class _Uri:
    """An operation's URI: its path, the names of its labels by the path's groups, and fixed query parameters."""

    path: re.Pattern[str]
    labels: Mapping[str, str]
    fixed: Mapping[str, str]


@cache
def _uri(text: str) -> _Uri:
    template, _, fixed = text.partition("?")
    parts = re.split(r"(\{[^}]+\})", template.rstrip("/") or "/")
    pattern = "".join(
        (f"(?P<{_group(part)}>.+)" if part.endswith("+}") else f"(?P<{_group(part)}>[^/]+)")
        if part.startswith("{")
        else re.escape(part)
        for part in parts
    )
    labels = {_group(part): part.strip("{}+") for part in parts if part.startswith("{")}
    return _Uri(re.compile(pattern), labels, dict(parse_qsl(fixed, keep_blank_values=True)))


def _group(label: str) -> str:
    return re.sub(r"\W", "_", label.strip("{}+"))


def _located(
    operation: OperationModel, request: Recorded, labels: Mapping[str, str], query: Mapping[str, str]
) -> dict[str, Any]:
    """Members in the path, the query and the headers."""
    found: dict[str, Any] = {}
    lists = parse_qs(request.query, keep_blank_values=True)
    for name, member in (operation.input_shape.members if operation.input_shape else {}).items():
        wire = member.serialization.get("name", name)
        value: str | None = None
        match member.serialization.get("location"):
            case "uri":
                value = labels.get(wire)
            case "querystring" if isinstance(member, ListShape):
                if wire in lists:
                    found[name] = lists[wire]
            case "querystring":
                value = query.get(wire)
            case "header":
                value = request.headers.get(wire.lower())
        if value is not None:
            found[name] = _scalar(member, value)
    return found


def _body(model: ServiceModel, shape: Shape, body: bytes) -> Any:
    if not body or not isinstance(shape, StructureShape):
        return None
    if model.metadata["protocol"] == "rest-xml":
        return _from_xml(shape, ElementTree.fromstring(body)) if body.lstrip().startswith(b"<") else None  # noqa: S314 - our own clients wrote it
    return _from_json(shape, json.loads(body))


def _from_json(shape: Shape, value: Any) -> Any:
    """`value` with the members' names of the model."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        names = {
            member.serialization.get("name", name): (name, member) for name, member in shape.members.items()
        }
        return {
            names[key][0] if key in names else key: _from_json(names[key][1], each) if key in names else each
            for key, each in value.items()
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_from_json(shape.member, each) for each in value]
    return value


def _from_xml(shape: Shape, element: Any) -> Any:
    if isinstance(shape, StructureShape):
        result: dict[str, Any] = {}
        names = {
            member.serialization.get("name", name): (name, member) for name, member in shape.members.items()
        }
        for name, member in shape.members.items():
            if isinstance(member, ListShape) and member.serialization.get("flattened"):
                names[member.serialization.get("name") or member.member.serialization.get("name", name)] = (
                    name,
                    member,
                )
        for child in element:
            tag = child.tag.rpartition("}")[2]
            name, member = names.get(tag, (tag, None))
            if isinstance(member, ListShape) and member.serialization.get("flattened"):
                result.setdefault(name, []).append(_from_xml(member.member, child))
            else:
                result[name] = _from_xml(member, child) if member is not None else child.text
        return result
    if isinstance(shape, ListShape):
        return [_from_xml(shape.member, child) for child in element]
    return _scalar(shape, element.text or "")


def _scalar(shape: Shape | None, text: str) -> Any:
    match shape.type_name if shape is not None else "":
        case "integer" | "long":
            return int(text) if re.fullmatch(r"-?\d+", text) else text
        case "float" | "double":
            return float(text)
        case "boolean":
            return text.lower() == "true"
    return text
