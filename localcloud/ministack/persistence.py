"""Keeps the emulator's state in a database (`state_store`) that is current before a response is sent.

MiniStack 1.5.33 writes its state to JSON files when SIGTERM stops it, and omits the records of DynamoDB's streams. A
kill loses everything since the start, and a large state takes longer to write than a shutdown may last.
"""

import asyncio
import json
import logging
import re
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ministack import app  # type: ignore[import-not-found]
from ministack.core import persistence  # type: ignore[import-not-found]
from ministack.core.responses import AccountRegionScopedDict  # type: ignore[import-not-found]
from ministack.services import cognito, dynamodb, lambda_svc  # type: ignore[import-not-found]

from localcloud.ministack import retention
from localcloud.ministack.replication import Links
from localcloud.ministack.state_store import StateStore

POSITIONS = "dynamodb-stream-positions"
SAVE_SECONDS = 10.0
"""Interval of saving what changes without a request, such as messages that a queue delivered. Each save copies and
serializes the state of all services, about 0.1 s of processor time."""
COMMIT_WAIT_SECONDS = 0.25
"""Longest wait of a request for others to commit with."""
GROWING = frozenset({"cloudwatch_logs", "cloudwatch", "xray"})
"""Services that grow with every request. They are saved on shutdown, and after calls of their own API."""
ITEM_OPERATIONS = frozenset(
    {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems", "ExecuteStatement"}
)
TABLE_SETTINGS = (
    "tags",
    "ttl_settings",
    "pitr_settings",
    "kinesis_destinations",
    "contributor_insights",
    "backups",
    "resource_policies",
    "exports",
    "imports",
)
"""Attributes of MiniStack's DynamoDB module that its own `get_state` returns beside the tables."""
SIGN_IN_STATE = (
    "user_pools",
    "pool_domain_map",
    "identity_pools",
    "identity_tags",
    "authorization_codes",
    "refresh_tokens",
    "auth_codes",
)
"""Attributes of MiniStack's Cognito module that its own `get_state` copies, without the challenges of sign-ins."""
SERIALIZE_ATTEMPTS = 5
_READS = re.compile(r"(Describe|List|Get|BatchGet|TransactGet|Query|Scan|Search|PutLogEvents|PutMetricData)")
_SCOPE = re.compile(rb"Credential=[^/]+/\d{8}/[a-z0-9-]+/([a-z0-9-]+)/")
log = logging.getLogger("persistence")
Asgi = Callable[[Mapping[str, Any], Any, Any], Awaitable[None]]

_load_persisted_state = dynamodb.load_persisted_state
_load_lambda_state = lambda_svc.load_persisted_state
_set_item = dynamodb._set_item
_remove_item = dynamodb._remove_item
_emit_stream_event = dynamodb._emit_stream_event
_write_code_blob = lambda_svc._write_code_blob
_load_file = app.load_state


class Persistence:
    """Saves MiniStack's state into `store`, with the writes that wait in `links`."""

    def __init__(self, store: StateStore, links: Links) -> None:
        self._store = store
        self._links = links
        self._known_tables = store.tables()

    def patch(self) -> None:
        """Replace MiniStack's functions that change items, and those that load and save."""
        dynamodb._set_item = self._set_item
        dynamodb._remove_item = self._remove_item
        dynamodb._emit_stream_event = self._emit_stream_event
        dynamodb.get_state = _table_definitions
        dynamodb.load_persisted_state = self._load_tables
        cognito.get_state = _sign_in_state
        lambda_svc.load_persisted_state = self._load_lambda
        lambda_svc._write_code_blob = _write_code_blob_once
        app.load_state = self._load
        app.save_all = self._save_all

    def commit(self, services: Iterable[str] = ()) -> None:
        """Commit changed items, positions, and the state of `services`. Raises sqlite3.Error."""
        states = {}
        getters = app._build_persistence_save_dict() if services else {}
        for name in services:
            if name in getters and (state := _serialized(getters[name])) is not None:
                states[name] = state
                if name == "dynamodb":
                    self._track_tables()
        if positions := _serialized(_stream_positions):
            states[POSITIONS] = positions
        self._store.changes.waiting |= self._links.journal
        self._links.journal.clear()
        self._store.changes.last |= self._links.last_journal
        self._links.last_journal.clear()
        self._store.commit(states)

    async def save_regularly(self) -> None:
        """Limit and commit all services every SAVE_SECONDS, the growing ones excepted, until cancelled."""
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            retention.limit()
            for name in app._build_persistence_save_dict().keys() - GROWING:
                try:
                    self.commit([name])
                except (sqlite3.Error, RuntimeError) as error:
                    log.warning("%s was not saved: %s", name, error)
                await asyncio.sleep(0)

    def _set_item(self, table: dict[str, Any], partition: Any, sort: Any, item: Any) -> Any:
        self._store.changes.items[table["TableArn"], str(partition), str(sort)] = item
        return _set_item(table, partition, sort, item)

    def _remove_item(self, table: dict[str, Any], partition: Any, sort: Any) -> Any:
        self._store.changes.items[table["TableArn"], str(partition), str(sort)] = None
        return _remove_item(table, partition, sort)

    def _emit_stream_event(self, name: str, *event: Any, **options: Any) -> None:
        before = dynamodb.stream_end_position(name)
        _emit_stream_event(name, *event, **options)
        position = dynamodb.stream_end_position(name) - 1
        if position >= before:
            arn = dynamodb._tables[name]["TableArn"]
            self._store.changes.records[arn, position] = dynamodb._stream_records[name][-1]
            if trimmed := dynamodb._trimmed_count(name):
                self._store.changes.trimmed[arn] = trimmed

    def _track_tables(self) -> None:
        """Store all items of new tables (replicas are copied as a whole), and drop deleted tables."""
        tables = {table["TableArn"]: table for table in dynamodb._tables.all_values()}
        changes = self._store.changes
        changes.dropped |= self._known_tables - tables.keys()
        for arn in tables.keys() - self._known_tables:
            for partition, sorts in tables[arn]["items"].items():
                changes.items |= {(arn, str(partition), str(sort)): item for sort, item in sorts.items()}
        self._known_tables = set(tables)

    def _load(self, name: str) -> Any:
        """The state of a service from the database, or from a JSON file of an earlier version of this emulator."""
        text = self._store.service(name)
        return json.loads(text, object_hook=persistence._json_object_hook) if text else _load_file(name)

    def _load_tables(self, state: dict[str, Any]) -> None:
        _load_persisted_state(state)
        for account, region, name in list(dynamodb._tables._data):
            table = dynamodb._tables.get_scoped(account, region, name)
            for partition, sort, item in self._store.items(table["TableArn"]):
                table["items"].setdefault(partition, {})[sort] = item
            dynamodb._items_replaced(table)
            if records := self._store.records(table["TableArn"]):
                dynamodb._stream_records.set_scoped(account, region, name, [record for _, record in records])
                dynamodb._stream_trimmed.set_scoped(account, region, name, records[0][0])
        self._links.restore(self._store.waiting().values(), self._store.last())

    def _load_lambda(self, state: dict[str, Any]) -> None:
        if positions := self._load(POSITIONS):
            state["dynamodb_stream_positions"] = positions
        _load_lambda_state(state)

    def _save_all(self, services: Mapping[str, Callable[[], Any]]) -> None:
        self._links.settle()
        self.commit(services)
        self._store.close()


class DurableApp:
    """ASGI app in front of MiniStack: commits the changes of a request before its response is sent.

    Saving a service serializes its whole state, up to 0.2 s in which no request is served. So requests that change
    services at about the same time are committed together. Requests that only change items are committed at once.
    """

    def __init__(self, asgi: Asgi, persistence: Persistence) -> None:
        self._app = asgi
        self._persistence = persistence
        self._saving: asyncio.Task[None] | None = None
        self._changed: set[str] = set()
        self._commit: asyncio.Task[None] | None = None
        self._commit_seconds = 0.0

    async def __call__(self, scope: Mapping[str, Any], receive: Any, send: Any) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._saving is None:
            self._saving = asyncio.create_task(self._persistence.save_regularly())
        services = _written_services(scope)

        async def send_committed(message: Mapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                await self._committed(services)
            await send(message)

        await self._app(scope, receive, send_committed)

    async def _committed(self, services: Iterable[str]) -> None:
        if not services:
            self._persistence.commit()
            return
        self._changed.update(services)
        if self._commit is None:
            self._commit = asyncio.create_task(self._commit_together())
        await asyncio.shield(self._commit)

    async def _commit_together(self) -> None:
        """Commit the changed services after a wait as long as the last commit: at most half of the time is saving."""
        await asyncio.sleep(min(self._commit_seconds, COMMIT_WAIT_SECONDS))
        services, self._changed, self._commit = self._changed, set(), None
        began = time.monotonic()
        try:
            self._persistence.commit(services)
        finally:
            self._commit_seconds = time.monotonic() - began


def _written_services(scope: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the services whose state a request may change, without the items of DynamoDB."""
    headers = dict(scope["headers"])
    operation = headers.get(b"x-amz-target", b"").decode().rpartition(".")[2]
    if scope["method"] in ("GET", "HEAD", "OPTIONS") or _READS.match(operation):
        return ()
    signed = _SCOPE.search(headers.get(b"authorization", b""))
    service = signed.group(1).decode() if signed else "cognito-idp" if operation else ""
    is_data = (
        (service == "dynamodb" and operation in ITEM_OPERATIONS)
        or (service == "lambda" and scope["path"].endswith("/invocations"))
        or (service == "s3" and scope["path"].strip("/").count("/") and not scope["query_string"])
        or service == "execute-api"
    )
    if is_data or not service:
        return ()
    known = app.SERVICE_REGISTRY.get(app.SERVICE_NAME_ALIASES.get(service, service), {})
    return tuple(filter(None, (known.get("state_key", known.get("module")), *known.get("sub_modules", ()))))


def _table_definitions() -> dict[str, Any]:
    """DynamoDB's state without items and stream records, uncopied: it is serialized at once."""
    tables = AccountRegionScopedDict()
    for (account, region, name), table in dynamodb._tables.all_items():
        kept = {key: value for key, value in table.items() if key not in ("items", dynamodb._INDEX_MEMBERS)}
        tables.set_scoped(account, region, name, {**kept, "items": {}})
    return {"tables": tables, **{name: getattr(dynamodb, f"_{name}") for name in TABLE_SETTINGS}}


def _sign_in_state() -> dict[str, Any]:
    """Cognito's state without challenges: a sign-in that is under way during a restart starts again.

    A challenge is larger than its user, and MiniStack keeps it until it is used after its three minutes. Without a
    copy, which takes longer than to serialize what every sign-in saves.
    """
    state: dict[str, Any] = {name: getattr(cognito, f"_{name}") for name in SIGN_IN_STATE}
    return {**state, "revoked_tokens": list(cognito._revoked_tokens)}


def _serialized(get_state: Callable[[], Any]) -> str | None:
    """A service's state as JSON; None without one, or when MiniStack cannot serialize it.

    A thread of MiniStack may change a dictionary meanwhile, which ends in RuntimeError.
    """
    for attempt in range(SERIALIZE_ATTEMPTS):
        try:
            state = get_state()
            return None if state is None else json.dumps(state, default=persistence._json_default)
        except RuntimeError:
            if attempt == SERIALIZE_ATTEMPTS - 1:
                raise
        except (TypeError, ValueError) as error:
            log.error("a state was not saved: %s", error)
            return None
    return None


def _stream_positions() -> Any:
    positions = AccountRegionScopedDict()
    positions._data = dict(lambda_svc._dynamodb_stream_positions._data)
    return positions


@lru_cache(maxsize=256)
def _hash_of_blob(code: bytes) -> str:
    return str(_write_code_blob(code))


def _write_code_blob_once(code: bytes) -> str:
    """Hash the code of a function once, not at every save."""
    name = _hash_of_blob(code)
    return name if Path(lambda_svc.CODE_BLOB_DIR, f"{name}.zip").exists() else str(_write_code_blob(code))
