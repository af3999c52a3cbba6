"""The exception tree of the operators' commands. `ops/cli.py` prints these errors and ends with their exit code."""

import errno


class OperatorError(Exception):
    """A failure with a message for the operator: what failed, and what to do about it."""

    exit_code = 1


class InputError(OperatorError):
    """Wrong input: an unknown region, a file that is no catalog."""

    exit_code = 2


class UnknownRegionError(InputError):
    """The deployment has no such region."""


class RefusedError(OperatorError):
    """The command refuses to act. The message says why, and what to do first."""


class SynthesisError(OperatorError):
    """The app did not synthesize. The message is the end of its output."""


class TerraformError(OperatorError):
    """Terraform failed. The message names the stack and contains Terraform's errors."""


class DeploymentError(OperatorError):
    """The outputs of the deployment cannot be read. The message says how to fix it."""


class InterruptError(OperatorError):
    """The operator stopped the command. The message says what was done and how to continue."""

    exit_code = 130


def full_disk(error: OSError) -> str | None:
    """Message for a full disk or an exceeded quota; None for another error."""
    if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
        return None
    where = f" of {error.filename}" if error.filename else ""
    return f"the disk{where} is full: free space and run the command again"
