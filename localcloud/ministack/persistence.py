"""What MiniStack 1.5.33 forgets when it ends and begins again: the records of DynamoDB's streams.

It remembers how far each event source mapping has read, but not what there was to read: a stream that begins anew
is behind the position of its readers, who wait until as many records have come again.
"""

import copy
from collections.abc import Callable
from typing import Any

from ministack.services import dynamodb  # type: ignore[import-not-found]

STREAMS = {"stream_records": "_stream_records", "stream_trimmed": "_stream_trimmed"}
_get_state = dynamodb.get_state
_load_persisted_state = dynamodb.load_persisted_state


def mend(*, before_saving: Callable[[], None]) -> None:
    """Save and load the streams together with their tables. Nothing may wait in memory when tables are saved."""

    def get_state() -> dict[str, Any]:
        before_saving()
        streams = {name: copy.deepcopy(getattr(dynamodb, store)) for name, store in STREAMS.items()}
        return {**_get_state(), **streams}

    dynamodb.get_state = get_state
    dynamodb.load_persisted_state = _load_with_streams


def _load_with_streams(data: dict[str, Any]) -> None:
    _load_persisted_state(data)
    for name, store in STREAMS.items():
        getattr(dynamodb, store).update(data.get(name, {}))
