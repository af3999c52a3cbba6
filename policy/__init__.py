"""Checks of the Terraform, the workflows, the dependencies and secrets, by tools in environments of their own."""
