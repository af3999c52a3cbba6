"""A function of the shop in a process of its own, as it is deployed but for what a test puts in its way."""

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
    """The function's process ended before it had answered."""


@dataclass(frozen=True)
class Deployed:
    """What a function finds when it starts: the region, and the variables that were deployed with it."""

    region: str
    variables: Mapping[str, str]

    @classmethod
    def read(cls, cloud: Any, region: str, name: str) -> Self:
        """Ask Lambda."""
        configuration = cloud.deployment.client("lambda", region).get_function_configuration(
            FunctionName=cloud.deployment.regions[region].functions[name]
        )
        return cls(region, configuration["Environment"]["Variables"])

    def start(self, handler: str, *, endpoint: str, ahead: float = 0.0) -> "Function":
        """Run it with this endpoint of AWS, and a clock that is so many seconds ahead."""
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
    """The process. A context: it ends with it."""

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

    def kill(self) -> None:
        """End it as a lost machine does."""
        self._process.kill()
        self._process.wait()

    def invoke(self, payload: Mapping[str, Any]) -> Any:
        """What it answers. Raises DiedError when it ends without."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(payload) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise DiedError
        return json.loads(line)

    def send(self, customer: str, method: str, resource: str, body: Any = None, **parts: Any) -> Answer:
        """A request of a shopper, as API Gateway hands it on."""
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
