"""Plans a stack with the real Terraform and AWS provider, without AWS or a network.

`terraform test` runs the plan. Data sources and other stacks' state have given values; everything else, such as the
provider's validation of arguments, is as in a deployment.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.support.synthesis import Shop, Stack

ACCOUNT = "111122223333"

EVERYTHING: dict[str, Any] = {
    "features": {"storefront": True, "alarms": True, "waf": True, "blog": True, "delivery": True},
    "delivery": {"repository": "someone/bookstore"},
    "blog": {"image_tag": "1"},
    "email": {
        "sender": "Books <no-reply@books.example.com>",
        "identity": f"arn:aws:ses:eu-west-1:{ACCOUNT}:identity/books.example.com",
    },
}

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
"""Values of data sources; a data source without one must not call AWS."""

Changes = Mapping[str, Mapping[str, Any]]
"""Actions of a plan, by resource address."""


class Secrets(BaseHTTPRequestHandler):
    """A Secrets Manager for ephemeral resources, which every plan opens and `terraform test` cannot mock."""

    def do_POST(self) -> None:
        """Respond by the requested operation."""
        self.rfile.read(int(self.headers["Content-Length"]))
        asked = self.headers["X-Amz-Target"].rsplit(".", 1)[-1]
        secret = json.dumps(
            {"username": "name", "password": "word", "salt": "salt", "master_password": "word"}
        )
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
        """Write no access log."""


def plan(folder: Path, of: Shop, stack: Stack, secrets: str) -> Changes:
    """Plan a copy of `stack` in `folder`."""
    (folder / "offline_override.tf.json").write_text(json.dumps(_offline(stack, secrets)))
    (folder / "plan.tftest.json").write_text(json.dumps(_given(of, stack)))
    _terraform(folder, "init")
    lines = [json.loads(line) for line in _terraform(folder, "test", "-verbose", "-json").splitlines()]
    (planned,) = [line["test_plan"] for line in lines if line["type"] == "test_plan"]
    return {change["address"]: change["change"] for change in planned["resource_changes"]}


def _offline(stack: Stack, secrets: str) -> dict[str, Any]:
    """Overrides: providers without an account and a local backend."""
    without_account = {**OFFLINE, "endpoints": {"secretsmanager": secrets}}
    aliases = [provider.get("alias") for provider in stack.document["provider"]["aws"]]
    return {
        "provider": {"aws": [without_account | ({"alias": alias} if alias else {}) for alias in aliases]},
        "terraform": {"backend": {"local": {"path": "terraform.tfstate"}}},
    }


def _given(of: Shop, stack: Stack) -> dict[str, Any]:
    """A Terraform test that plans the stack with given values."""
    answers = [
        {"target": f"data.{each.address}", "values": LOOKED_UP[each.kind]}
        for each in stack.data()
        if each.kind in LOOKED_UP
    ]
    answers += [
        {"target": f"data.{state.address}", "values": {"outputs": _outputs(of, state.body["config"])}}
        for state in stack.data("terraform_remote_state")
    ]
    return {"override_data": answers, "run": {"plan": {"command": "plan"}}}


def _outputs(of: Shop, config: Mapping[str, str]) -> dict[str, object]:
    """Outputs of the other stack, in the form that its readers validate."""
    (other,) = [
        stack
        for name, stack in of.stacks.items()
        # The S3 key is `<stack>/terraform.tfstate`, the local path `<folder>/<stack>.tfstate`.
        if name in {Path(config.get("key", "")).parent.name, Path(config.get("path", "")).stem}
    ]
    return {name: _example(name) for name in other.document["output"]}


def _example(output: str) -> str:
    """A value that fits an output's name."""
    if output.endswith("arn"):
        return f"arn:aws:service:eu-west-1:{ACCOUNT}:thing/name"
    return "name.example.com" if output.endswith("name") else "Z0123456789"


def _terraform(folder: Path, *command: str) -> str:
    """Run Terraform and return its output, which pytest shows on failure."""
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
    if ended.returncode:
        print(ended.stdout, ended.stderr, sep="\n")
    assert ended.returncode == 0, f"terraform {command[0]} failed"
    return ended.stdout
