"""Runs a deployed function in a process that a test controls."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from tests.support.api_events import Answer, event

WORKER = Path(__file__).with_name("lambda_worker.py")


class DiedError(Exception):
    """The function's process ended before it returned."""


@dataclass(frozen=True)
class Deployed:
    """Region and environment variables of a deployed function."""

    region: str
    variables: Mapping[str, str]

    @classmethod
    def read(cls, cloud: Any, region: str, name: str) -> Self:
        """Read the configuration from Lambda."""
        configuration = cloud.deployment.client("lambda", region).get_function_configuration(
            FunctionName=cloud.deployment.regions[region].functions[name]
        )
        return cls(region, configuration["Environment"]["Variables"])

    def start(self, handler: str, *, endpoint: str, ahead: float = 0.0) -> "Function":
        """Start it with this AWS endpoint and a clock `ahead` seconds fast."""
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path("lambda_src").absolute()),
            **self.variables,
            "AWS_REGION": self.region,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_ENDPOINT_URL": endpoint,
        }
        return Function(handler, environment, ahead)


class Function:
    """A function's process; the context kills it."""

    def __init__(self, handler: str, environment: Mapping[str, str], ahead: float) -> None:
        self._process = subprocess.Popen(
            [sys.executable, WORKER, handler, str(ahead)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._client = environment.get("USER_POOL_CLIENT_ID", "")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()

    @property
    def alive(self) -> bool:
        """Whether the process can serve a request."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Kill the process, as when its machine is lost."""
        self._process.kill()
        self._process.wait()

    def invoke(self, payload: Mapping[str, Any]) -> Any:
        """Invoke it and return the result. Raises DiedError if the process ends first."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(payload) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise DiedError
        return json.loads(line)

    def send(self, customer: str, method: str, resource: str, body: Any = None, **parts: Any) -> Answer:
        """Send a shopper's request as API Gateway would."""
        headers = {"content-type": "application/json", **parts.pop("headers", {})}
        claims = {"sub": customer, "token_use": "id", "aud": self._client}
        content = None if body is None else json.dumps(body)
        raw = self.invoke(event(method, resource, claims=claims, headers=headers, body=content, **parts))
        return Answer(raw["statusCode"], raw["headers"], raw["body"])

    def order(self, customer: str, items: list[dict[str, Any]], total: int, key: str) -> Answer:
        """Place an order."""
        return self.send(
            customer,
            "POST",
            "/orders",
            {"items": items, "expectedTotal": total},
            headers={"idempotency-key": key},
        )
