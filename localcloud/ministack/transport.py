"""Treats requests to the emulator as TLS requests.

The emulator enforces bucket policies, and ours deny requests without TLS. Its ports accept plain HTTP, and only from
loopback.
"""

from ministack import app  # type: ignore[import-not-found]
from ministack.core import iam_evaluator  # type: ignore[import-not-found]


def patch() -> None:
    """Set the condition key `aws:SecureTransport` of every request to true."""
    app.pin_request_origin = _pin_as_tls


def _pin_as_tls(source_ip: str, _secure_transport: bool) -> None:
    iam_evaluator.pin_request_origin(source_ip, True)
