"""What a stack tells operators and the local cloud."""

from collections.abc import Mapping

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct


def publish(stack: TerraformStack, values: Mapping[str, object]) -> None:
    """Make each value an output of exactly that name, whatever else in the stack is called so."""
    scope = Construct(stack, "outputs")
    for name, value in values.items():
        TerraformOutput(scope, name, value=value).override_logical_id(name)
