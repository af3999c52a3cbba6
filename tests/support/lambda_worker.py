"""Runs one function: reads events from standard input, one per line, and writes its results.

`python lambda_worker.py <module> <seconds that its clock is ahead>`; lambda_src must be on the path.
"""

import json
import os
import sys
from datetime import timedelta
from importlib import import_module

from runtime import clock


def main(module: str, ahead: float) -> None:
    """Process events until the input ends."""
    now = clock.now
    clock.now = lambda: now() + timedelta(seconds=ahead)
    handle = import_module(module).handle
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as answers:
        sys.stdout = sys.stderr  # where the function's log lines go
        for line in sys.stdin:
            print(json.dumps(handle(json.loads(line), None)), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
