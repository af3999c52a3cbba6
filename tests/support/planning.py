"""Plans stacks with the real Terraform and AWS provider, without AWS or a network.

`terraform test` runs the plan. Data sources and other stacks' state have given values; everything else, such as the
provider's validation of arguments, is as in a deployment. The stacks are modules of one configuration and share one
provider, because each provider that Terraform starts costs several seconds of processor time.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.support.synthesis import ACCOUNT, Shop, Stack

OFFLINE = {
    "access_key": "none",
    "secret_key": "none",
    "skip_credentials_validation": True,
    "skip_metadata_api_check": "true",
    "skip_region_validation": True,
    "skip_requesting_account_id": True,
}

DEFAULT_TAGS = {"deployment": "test"}

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


@dataclass(frozen=True)
class Planned:
    """A stack to plan."""

    of: Shop
    short_name: str
    source: Path
    """The folder that contains `stacks/`."""

    @property
    def stack(self) -> Stack:
        """Its Terraform in JSON."""
        return self.of[self.short_name]


def plan(folder: Path, stacks: Mapping[str, Planned], secrets: str) -> Mapping[str, Changes]:
    """Plan all stacks in `folder`; return the changes by the stacks' keys, which must be Terraform identifiers."""
    modules, values = {}, []
    for name, each in stacks.items():
        _copy(each, folder / name)
        aliases = _aliases(each.stack)
        modules[name] = {"source": f"./{name}", "providers": dict.fromkeys(["aws", *aliases], "aws")}
        values += [
            {**given, "target": f"module.{name}.{given['target']}"} for given in _given(each.of, each.stack)
        ]
    provider = {**OFFLINE, "region": "eu-west-1", "default_tags": {"tags": DEFAULT_TAGS}}
    required = next(iter(stacks.values())).stack.document["terraform"]["required_providers"]
    _write(
        folder / "main.tf.json",
        {"module": modules, "provider": {"aws": provider}, "terraform": {"required_providers": required}},
    )
    _write(folder / "plan.tftest.json", {"override_data": values, "run": {"plan": {"command": "plan"}}})
    _terraform(folder, "init")
    # A block `endpoints` would have the same effect, but the provider needs seconds to validate it.
    printed = _terraform(folder, "test", "-verbose", "-json", AWS_ENDPOINT_URL_SECRETS_MANAGER=secrets)
    lines = [json.loads(line) for line in printed.splitlines()]
    (planned,) = [line["test_plan"] for line in lines if line["type"] == "test_plan"]
    changes: dict[str, dict[str, Any]] = {name: {} for name in stacks}
    for change in planned["resource_changes"]:
        _, name, address = change["address"].split(".", 2)
        changes[name][address] = change["change"]
    return changes


def _copy(planned: Planned, folder: Path) -> None:
    """Copy a stack as a module: its caller gives it the providers, and it has no backend."""
    shutil.copytree(planned.source / "stacks" / f"{planned.of.name}-{planned.short_name}", folder)
    for file in folder.glob("*.tf.json"):
        document = json.loads(file.read_text())
        document.pop("provider", None)
        document["terraform"].pop("backend", None)
        _write(file, document)
    for file in folder.glob("*.tf"):
        file.write_text(_without_providers(file.read_text()))
    required = planned.stack.document["terraform"]["required_providers"]["aws"]
    aliases = {"configuration_aliases": _aliases(planned.stack)}
    _write(
        folder / "providers_override.tf.json",
        {"terraform": {"required_providers": {"aws": {**required, **aliases}}}},
    )


def _without_providers(hcl: str) -> str:
    """Remove the blocks `provider` and `backend`. CDKTF writes the braces of blocks at the ends of lines."""
    kept, depth = [], 0
    for line in hcl.splitlines():
        if depth or line.startswith(('provider "', 'backend "')):
            depth += line.endswith("{") - line.endswith("}")
        else:
            kept.append(line)
    return "\n".join(kept) + "\n"


def _aliases(stack: Stack) -> list[str]:
    return [f"aws.{each['alias']}" for each in stack.document["provider"]["aws"] if "alias" in each]


def _given(of: Shop, stack: Stack) -> list[dict[str, Any]]:
    """Values of the stack's data sources, by address."""
    given = [
        {"target": f"data.{each.address}", "values": LOOKED_UP[each.kind]}
        for each in stack.data()
        if each.kind in LOOKED_UP
    ]
    return given + [
        {"target": f"data.{state.address}", "values": {"outputs": _outputs(of, state.body["config"])}}
        for state in stack.data("terraform_remote_state")
    ]


def _write(file: Path, document: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(document))


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


def _terraform(folder: Path, *command: str, **variables: str) -> str:
    """Run Terraform and return its output, which pytest shows on failure."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    ended = subprocess.run(
        ["terraform", *command, "-no-color"],
        cwd=folder,
        env=others | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        print(ended.stdout, ended.stderr, sep="\n")
    assert ended.returncode == 0, f"terraform {command[0]} failed"
    return ended.stdout
