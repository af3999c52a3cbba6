"""Every stack is planned by the real Terraform and the real AWS provider, without AWS and without a network.

`terraform test` runs the plan. What the provider would look up in AWS, and what the stack would read from
another's state, is given; all else, such as the provider's own checks of every argument, is as in a deployment.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.synthesis import Shop, Stack, shop

ACCOUNT = "111122223333"

VARIANTS: dict[str, dict[str, Any]] = {
    "everything": {
        "features": {"storefront": True, "alarms": True, "waf": True, "blog": True, "delivery": True},
        "delivery": {"repository": "someone/bookstore"},
    },
    "least": {
        "features": {"storefront": False, "alarms": False},
        "regions": ["us-east-1"],
        "cache": {"mode": "replicated"},
        "compute": {"architecture": "x86_64"},
    },
    "failover": {"routing": {"policy": "failover"}, "state": {"backend": "local"}},
}

PLANS = [
    *(("everything", stack) for stack in ("global", "eu-west-1", "ap-southeast-1", "edge")),
    *(("least", stack) for stack in ("global", "us-east-1", "edge")),
    ("failover", "edge"),
]

OFFLINE = {
    "access_key": "none",
    "secret_key": "none",
    "skip_credentials_validation": True,
    "skip_metadata_api_check": "true",
    "skip_region_validation": True,
    "skip_requesting_account_id": True,
}

LOOKED_UP: dict[str, dict[str, Any]] = {
    "aws_availability_zones": {"names": ["zone-a", "zone-b", "zone-c"]},
    "aws_caller_identity": {"account_id": ACCOUNT},
    "aws_dynamodb_table": {
        "name": "bookstore-prod-table",
        "arn": f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t",
        "stream_arn": f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t/stream/2026-01-01T00:00:00.000",
    },
}
"""What AWS would answer; a data source that is not here is left to the provider, which then must not ask."""


class Secrets(BaseHTTPRequestHandler):
    """Secrets Manager, as far as ephemeral resources ask it: they are opened in every plan, and `terraform test`
    takes no answers for them.
    """

    def do_POST(self) -> None:
        """Answer by what is asked for."""
        self.rfile.read(int(self.headers["Content-Length"]))
        asked = self.headers["X-Amz-Target"].rsplit(".", 1)[-1]
        secret = json.dumps({"username": "name", "password": "word", "salt": "salt"})
        answer = json.dumps(
            {"GetRandomPassword": {"RandomPassword": "word"}, "GetSecretValue": {"SecretString": secret}}[
                asked
            ]
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def secrets() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Secrets) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(("variant", "stack"), PLANS)
def test_terraform_plans_it(variant: str, stack: str, secrets: str, tmp_path: Path) -> None:
    of = shop(**VARIANTS[variant])
    shutil.copytree(of.folder / "stacks" / f"{of.name}-{stack}", tmp_path, dirs_exist_ok=True)
    (tmp_path / "cdk.tf.json").write_text(json.dumps(offline(of[stack], secrets)))
    (tmp_path / "plan.tftest.json").write_text(json.dumps(given(of, of[stack])))
    terraform(tmp_path, "init", "-backend=false")
    planned = terraform(tmp_path, "test", "-verbose")
    assert "1 passed, 0 failed" in planned
    for resource in of[stack].resources():
        assert f"# {resource.address} will be created" in planned


def offline(stack: Stack, secrets: str) -> dict[str, Any]:
    """The stack with a provider that has no account to ask."""
    document = json.loads(json.dumps(stack.document))
    document["terraform"].pop("backend", None)
    for provider in document["provider"]["aws"]:
        provider.update(OFFLINE, endpoints={"secretsmanager": secrets})
    return dict(document)


def given(of: Shop, stack: Stack) -> dict[str, Any]:
    """A test that plans the stack with given answers."""
    answers = [
        {"target": f"data.{each.address}", "values": LOOKED_UP[each.kind]}
        for each in stack.data()
        if each.kind in LOOKED_UP
    ]
    answers += [
        {"target": f"data.{state.address}", "values": {"outputs": outputs(of, state.body["config"])}}
        for state in stack.data("terraform_remote_state")
    ]
    return {"override_data": answers, "run": {"plan": {"command": "plan"}}}


def outputs(of: Shop, config: Mapping[str, str]) -> dict[str, object]:
    """What the other stack would tell, in the form that its readers check."""
    (other,) = [
        stack for name, stack in of.stacks.items() if name in config.get("key", config.get("path", ""))
    ]
    return {name: example(name) for name in other.document["output"]}


def example(output: str) -> str:
    """A value of the kind that an output's name speaks of."""
    if output.endswith("arn"):
        return f"arn:aws:service:eu-west-1:{ACCOUNT}:thing/name"
    return "name.example.com" if output.endswith("name") else "Z0123456789"


def terraform(folder: Path, *command: str) -> str:
    """Run Terraform; its whole output, which pytest shows when it fails."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
    }
    ended = subprocess.run(
        ["terraform", *command, "-no-color"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    print(ended.stdout, ended.stderr, sep="\n")
    assert ended.returncode == 0, f"terraform {command[0]} failed"
    return ended.stdout
