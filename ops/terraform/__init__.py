"""The only package that starts Terraform. `process` runs one command, `engine` runs all stacks in order."""
