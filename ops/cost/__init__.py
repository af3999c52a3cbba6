"""What the shop costs a month when nobody uses it, from its synthesized Terraform and a dated price file."""

from ops.cost.command import cost

__all__ = ["cost"]
