"""A synth with `fast_synth` must write the same as one without it, and must not affect other processes."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from zipfile import ZipFile

import pytest

from modules.support import fast_synth

ROOT = Path(__file__).parents[3]
PREPARE = """
    import os, sys
    from modules.support import fast_synth
    enabled = fast_synth.enable()
"""
LOADED = """
    import cdktf_cdktf_provider_aws.sqs_queue
    loaded = [name for name in sys.modules if name.startswith("cdktf_cdktf_provider_aws.")]
    print(enabled, len(loaded) < 100, os.environ.get("NODE_OPTIONS"))
"""
REPLACED = """
    print(enabled, "cdktf_cdktf_provider_aws" in sys.modules)
"""
"""Prints whether the provider's package is replaced by one whose `__init__` is not executed."""
NAME_TWICE = """
    from cdktf import App, TerraformStack
    from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue

    stack = TerraformStack(App(), "stack")
    SqsQueue(stack, "queue")
    SqsQueue(stack, "queue")
"""
SYNTHESIZE = """
    import jsii
    from cdktf import App, Aspects, AssetType, Fn, IAspect, TerraformAsset, TerraformOutput, TerraformStack
    from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
    from cdktf_cdktf_provider_aws.provider import AwsProvider
    from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket, S3BucketCorsRule, S3BucketVersioning
    from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue

    @jsii.implements(IAspect)
    class Tagged:
        def visit(self, node):
            if isinstance(node, SqsQueue):
                node.tags = {"visited": "1e3", "${plain}": "true"}

    app = App(outdir=sys.argv[1])
    first, second = (TerraformStack(app, name) for name in ("first", "second"))
    for stack in (first, second):
        AwsProvider(stack, "aws", region="eu-west-1")
    queues = [SqsQueue(first, f"queue-{number}", delay_seconds=number) for number in range(9)]
    certificate = AcmCertificate(first, "certificate", domain_name=f"x.{queues[7].name}")
    validation = certificate.domain_validation_options.get(0)
    bucket = S3Bucket(second, "bucket", versioning=S3BucketVersioning(enabled=False), cors_rule=[
        S3BucketCorsRule(allowed_methods=["GET"], allowed_origins=[validation.resource_record_name])
    ])
    Aspects.of(first).add(Tagged())
    bucket.put_website(index_document=Fn.join("-", [queues[0].arn, "1e5"]))
    archive = TerraformAsset(second, "archive", path=sys.argv[2], type=AssetType.ARCHIVE)
    TerraformOutput(second, "out", value=[archive.file_name, queues[8].delay_seconds])
    app.synth()
"""


def run(program: str, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name != "FAST_SYNTH"}
    return subprocess.run(
        [sys.executable, "-c", dedent(PREPARE) + dedent(program), *arguments],
        cwd=ROOT,
        env=inherited | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def synthesize(out: Path, asset: Path, **variables: str) -> dict[Path, bytes]:
    """Return what is written, by path; of an archive the names in it, since it has the files' dates."""
    run(SYNTHESIZE, str(out), str(asset), **variables).check_returncode()
    return {
        file.relative_to(out): str(ZipFile(file).namelist()).encode()
        if file.suffix == ".zip"
        else file.read_bytes()
        for file in out.rglob("*")
        if file.is_file()
    }


@pytest.mark.full_size  # a plain synth takes minutes on a busy machine; `make bench-synth` compares too
def test_fast_synth_writes_the_same_bytes(tmp_path: Path) -> None:
    asset = tmp_path / "asset"
    asset.mkdir()
    (asset / "page.html").write_text("<p>")

    fast = synthesize(tmp_path / "fast", asset)
    plain = synthesize(tmp_path / "plain", asset, FAST_SYNTH="0")

    assert fast == plain
    assert {path.name for path in fast} == {"manifest.json", "cdk.tf.json", "archive.zip"}
    assert "visited" in str(fast)


def test_node_options_restored() -> None:
    assert run(LOADED).stdout == "True True None\n"
    assert run(LOADED, NODE_OPTIONS="--no-warnings").stdout == "True True --no-warnings\n"


def test_path_with_space_and_umlaut(tmp_path: Path) -> None:
    copy = tmp_path / "book störe" / fast_synth.PRELOAD.name
    copy.parent.mkdir()
    shutil.copy(fast_synth.PRELOAD, copy)
    code = "import sys, pathlib; from modules.support import fast_synth; fast_synth.PRELOAD = pathlib.Path(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; print(fast_synth.enable())", str(copy)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "True\n", done.stderr


def test_switch_loads_plainly() -> None:
    assert run(REPLACED).stdout == "True True\n"
    assert run(REPLACED, FAST_SYNTH="0").stdout == "False False\n"


def test_javascript_error_names_the_line() -> None:
    failed = run(NAME_TWICE)

    assert "already a Construct with name 'queue'" in failed.stderr
    assert failed.returncode == 1


@pytest.mark.parametrize("package", fast_synth.VERSIONS)
def test_unknown_version_loads_plainly(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fast_synth.VERSIONS, package, "0.0.0")
    monkeypatch.delitem(sys.modules, "constructs")

    assert not fast_synth.enable()


def test_versions_are_the_installed_ones() -> None:
    """Otherwise every synth would be slow, and no other test would fail."""
    assert run("print(enabled)").stdout == "True\n"
