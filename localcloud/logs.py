"""Logs of the parts: older ones are kept, and none grows without limit."""

import asyncio
import logging
import shutil
from pathlib import Path

KEPT = 3
"""Older logs of each part: `<part>.log.1` is the newest."""
LIMIT_BYTES = 10_000_000
CHECK_SECONDS = 60.0
_LOGGER = logging.getLogger(__name__)


def shift(log: Path) -> None:
    """Rename `log` to `<log>.1` and the older ones accordingly. The log of a part that crashed stays readable."""
    if not log.exists() or not log.stat().st_size:
        return
    for number in range(KEPT, 0, -1):
        source = _older(log, number - 1)
        if source.exists():
            source.replace(_older(log, number))


def limit(folder: Path) -> None:
    """Empty each log of a running part that is over the limit, and keep a copy.

    The part appends to its open file, so the file is truncated and not renamed. Lines written between the copy and
    the truncation are lost. Raises OSError, for example on a full disk.
    """
    for log in folder.glob("*.log"):
        if log.stat().st_size > LIMIT_BYTES:
            for number in range(KEPT, 1, -1):
                if (source := _older(log, number - 1)).exists():
                    source.replace(_older(log, number))
            shutil.copyfile(log, _older(log, 1))
            with log.open("r+b") as opened:
                opened.truncate(0)


async def limit_regularly(folder: Path) -> None:
    """Check the logs in `folder` every CHECK_SECONDS, until cancelled.

    A failed check is logged, and the next one tries again: a full disk or a log that `up` renames meanwhile must not
    end the edge, which runs this task.
    """
    while True:
        try:
            await asyncio.to_thread(limit, folder)
        except OSError as error:
            _LOGGER.warning("the logs were not limited: %s", error)
        await asyncio.sleep(CHECK_SECONDS)


def _older(log: Path, number: int) -> Path:
    return log.with_name(f"{log.name}.{number}") if number else log
