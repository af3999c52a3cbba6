from typing import Any

from ops.terraform.events import Diagnostic, Phase, StackProgress, StateLock

S3_LOCK = """ConditionalCheckFailedException: PreconditionFailed
Lock Info:
  ID:        9a3c6c0e
  Path:      states/x/terraform.tfstate
  Operation: OperationTypeApply
  Who:       ada@desk
  Version:   1.11.4
  Created:   2026-01-02 03:04:05.678 +0000 UTC
  Info:
"""


def diagnostic(summary: str, detail: str = "", code: str = "") -> dict[str, Any]:
    return {
        "type": "diagnostic",
        "@level": "error",
        "diagnostic": {
            "severity": "error",
            "summary": summary,
            "detail": detail,
            "snippet": {"code": code, "context": None},
        },
    }


def test_lock_is_parsed_from_s3_error() -> None:
    error = Diagnostic.of(diagnostic("Error acquiring the state lock", S3_LOCK))
    assert error.lock == StateLock(
        "9a3c6c0e", "ada@desk", "2026-01-02 03:04:05.678 +0000 UTC", "OperationTypeApply"
    )
    assert str(error.lock) == "ada@desk since 2026-01-02 03:04:05.678 +0000 UTC (apply)"


def test_lock_of_hcp_terraform_is_the_workspace() -> None:
    detail = 'workspace already locked (lock ID: "books/prod-global")\nLock Info:\n  ID: 1\n  Who: me@here\n'
    lock = StateLock.parse(detail)
    assert lock
    assert (lock.id, lock.who) == ("books/prod-global", "another run in HCP Terraform")


def test_lock_without_fields_is_none() -> None:
    assert StateLock.parse("AccessDenied") is None


def test_diagnostic_needs_deployment_for_missing_outputs_only() -> None:
    missing = 'This object does not have an attribute named "zone_id".'
    remote = '"zone": "${data.terraform_remote_state.global.outputs.zone_id}"'
    assert Diagnostic.of(diagnostic("Unsupported attribute", missing, remote)).needs_a_deployment
    assert Diagnostic.of(diagnostic("Unable to find remote state")).needs_a_deployment
    assert not Diagnostic.of(
        diagnostic("Unsupported attribute", missing, "${aws_vpc.x.y}")
    ).needs_a_deployment
    assert not Diagnostic.of(diagnostic("Failed to install provider")).needs_a_deployment


def test_progress_does_not_count_data_sources() -> None:
    progress = StackProgress("s")
    hook = {"resource": {"addr": "data.aws_region.here"}, "action": "read"}
    for type_ in ("apply_start", "apply_complete"):
        progress.take({"type": type_, "hook": hook})
    assert (progress.finished, progress.phase) == (0, Phase.PLANNING)


def test_account_of_crash_has_its_text() -> None:
    progress = StackProgress("s", phase=Phase.FAILED)
    progress.take({"type": "text", "@message": "panic: runtime error"})
    assert progress.account() == "s: failed\npanic: runtime error"


def test_account_of_moved_resource_names_remedy() -> None:
    progress = StackProgress("s", phase=Phase.FAILED)
    progress.take(diagnostic("Provider configuration not present", "aws_acm_certificate.old is an orphan"))
    assert "docs/adr/0009" in progress.account()
    assert "make down" in progress.account()
