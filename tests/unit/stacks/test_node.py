"""What `stacks/aws.py` and its preload make of jsii's Node process; `make bench-synth` says what it is worth."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
COUNT_PROCESSES = """
import os, pathlib, stacks.aws
from cdktf import App

def below(pid):
    for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            yield child
            yield from below(child)

App()
print(len(list(below(os.getpid()))))
"""
NAME_TWICE = """
import stacks.aws
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue

stack = TerraformStack(App(), "stack")
SqsQueue(stack, "queue")
try:
    SqsQueue(stack, "queue")
except RuntimeError as error:
    print(error)
"""


def run(program: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_python_talks_to_one_process_and_not_through_another() -> None:
    assert run(COUNT_PROCESSES) == "1"


def test_what_is_wrong_in_javascript_is_told_in_python() -> None:
    assert "already a Construct with name 'queue'" in run(NAME_TWICE)
