"""Where benchmarks leave their figures: `bench.json` in the run-time folder, one entry a benchmark."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


def record(name: str, figures: dict[str, Any]) -> Path:
    """Put a benchmark's figures, with the time, in place of its last ones; the file they are in."""
    folder = Path(os.environ.get("LOCAL_DIR", ".local"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "bench.json"
    results = json.loads(path.read_text()) if path.exists() else {}
    results[name] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), **figures}
    path.write_text(json.dumps(results, indent=2, sort_keys=True) + "\n")
    return path
