"""`python -m localcloud.request_audit [FILE]`: prints counts and violations. Exits 1 with any."""

import json
import sys
from collections import Counter
from pathlib import Path

from localcloud.layout import Layout
from localcloud.request_audit.requests import parse, read
from localcloud.request_audit.rules import violations

EXCEPTIONS = {"logs:GetDelivery id": "the emulator issues ids of deliveries as UUIDs, AWS without hyphens"}
"""Violations that the emulator causes, with the reason."""


def main(path: Path) -> int:
    """Validate the requests recorded in `path`."""
    operations: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for request in read(path):
        try:
            call = parse(request)
            if call is None:
                continue
            name = f"{call.service}:{call.operation.name}"
            texts = [f"{name} {text}" for text in violations(call.operation.input_shape, call.parameters)]
            found.update(text for text in texts if not text.startswith(tuple(EXCEPTIONS)))
        except (ValueError, KeyError, json.JSONDecodeError) as error:
            name = f"{request.method} {request.path}"
            found[f"{name}: {error}"] += 1
        operations[name] += 1
    for text, count in found.most_common():
        print(f"{count:6} {text}")
    print(f"{operations.total()} requests, {len(operations)} operations, {found.total()} violations")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Layout.from_environment().requests))
