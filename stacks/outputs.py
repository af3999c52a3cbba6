"""What a stack tells operators and the local cloud."""

from collections.abc import Mapping

from cdktf import TerraformOutput, TerraformStack
from constructs import Construct


def publish(
    stack: TerraformStack, values: Mapping[str, object], *, described: Mapping[str, str] | None = None
) -> None:
    """Make each value an output of exactly that name, whatever else in the stack is called so.

    `described` tells by name what people should do with it.
    """
    scope = Construct(stack, "outputs")
    for name, value in values.items():
        TerraformOutput(scope, name, value=value, description=(described or {}).get(name), static_id=True)
