"""What MiniStack 1.5.33 forgets when it ends and begins again: the records of DynamoDB's streams.

It remembers how far each event source mapping has read, but not what there was to read: a stream that begins anew
is behind the position of its readers, who wait until as many records have come again.

Nor can anyone tell whether it was ended while it saved, one service after another. A file says that it came through.
"""

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ministack import app  # type: ignore[import-not-found]
from ministack.core.persistence import STATE_DIR  # type: ignore[import-not-found]
from ministack.services import dynamodb  # type: ignore[import-not-found]

STREAMS = {"stream_records": "_stream_records", "stream_trimmed": "_stream_trimmed"}
SAVED = "saved"
"""File beside the state, written after it."""
_save_all = app.save_all
_get_state = dynamodb.get_state
_load_persisted_state = dynamodb.load_persisted_state


def patch(*, before_saving: Callable[[], None]) -> None:
    """Save and load the streams together with their tables. Nothing may wait in memory when tables are saved."""

    def get_state() -> dict[str, Any]:
        before_saving()
        streams = {name: copy.deepcopy(getattr(dynamodb, store)) for name, store in STREAMS.items()}
        return {**_get_state(), **streams}

    dynamodb.get_state = get_state
    dynamodb.load_persisted_state = _load_with_streams
    app.save_all = _save_all_and_say_so


def _load_with_streams(data: dict[str, Any]) -> None:
    _load_persisted_state(data)
    for name, store in STREAMS.items():
        getattr(dynamodb, store).update(data.get(name, {}))


def _save_all_and_say_so(services: Mapping[str, Callable[[], Any]]) -> None:
    _save_all(services)
    (Path(STATE_DIR) / SAVED).write_text("everything\n")
