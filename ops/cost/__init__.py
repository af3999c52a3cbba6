"""What the shop costs a month when nobody uses it, from its synthesized Terraform and a dated price file."""

from ops.commands.cost import cost

__all__ = ["cost"]
