import json
from pathlib import Path
from typing import Any

from policy.synthesized import remove_repeated

BUCKET: dict[str, Any] = {"resource": {"aws_s3_bucket": {"web": {"bucket": "web"}}}}
QUERY: dict[str, Any] = {"data": {"aws_caller_identity": {"own": {}}}}


def left(folder: Path, *stacks: dict[str, Any]) -> list[str]:
    """The environments whose stack is left, of environments with one stack each."""
    for number, stack in enumerate(stacks):
        file = folder / f"environment-{number}" / "stacks" / "shop" / "cdk.tf.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(stack))
    remove_repeated(folder)
    return sorted(file.parts[-4] for file in folder.rglob("cdk.tf.json"))


def test_stack_that_differs_in_outputs_is_repeated(tmp_path: Path) -> None:
    assert left(tmp_path, BUCKET, BUCKET | {"output": {"id": {"value": "x"}}}) == ["environment-0"]


def test_stack_with_another_data_source_is_left(tmp_path: Path) -> None:
    assert left(tmp_path, BUCKET, BUCKET | QUERY) == ["environment-0", "environment-1"]
