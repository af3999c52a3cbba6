"""What `stacks/node.py` and its preload make of jsii's Node process; `make bench-synth` says what it is worth."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[3]
COUNT_PROCESSES = """
    import os, pathlib, stacks.aws
    from cdktf import App

    def below(pid):
        for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield child
                yield from below(child)

    App()
    print(len(list(below(os.getpid()))))
"""
NAME_TWICE = """
    import stacks.aws
    from cdktf import App, TerraformStack
    from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue

    stack = TerraformStack(App(), "stack")
    SqsQueue(stack, "queue")
    try:
        SqsQueue(stack, "queue")
    except RuntimeError as error:
        print(error)
"""
NAME_TWICE_AHEAD = """
    import stacks.aws
    from stacks.node import ask_ahead
    from cdktf import App, TerraformStack
    from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue

    def synthesize():
        app = App()
        stack = TerraformStack(app, "stack")
        SqsQueue(stack, "queue")
        SqsQueue(stack, "queue")  # the one to blame
        SqsQueue(stack, "another")
        app.synth()

    ask_ahead(synthesize)
"""
SYNTHESIZE = """
    import sys
    if "--plain" in sys.argv:
        import constructs  # by a process of jsii's own, without the preload
    import jsii, stacks.aws
    from stacks.node import ask_ahead
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

    def synthesize():
        app = App(outdir=sys.argv[1])
        first, second = (TerraformStack(app, name) for name in ("first", "second"))
        for stack in (first, second):
            AwsProvider(stack, "aws", region="eu-west-1")
        queues = [SqsQueue(first, f"queue-{number}", delay_seconds=number) for number in range(100)]
        queues[3].tags = {"1e3": "-1e3", "String Map Token Value.": queues[4].arn}
        certificate = AcmCertificate(first, "certificate", domain_name=f"x.{queues[7].name}")
        proof = certificate.domain_validation_options.get(0)
        bucket = S3Bucket(second, "bucket", versioning=S3BucketVersioning(enabled=False), cors_rule=[
            S3BucketCorsRule(allowed_methods=["GET"], allowed_origins=[proof.resource_record_name])
        ])
        if "overrides" in sys.argv:
            Aspects.of(first).add(Tagged())
        bucket.put_website(index_document=Fn.join("-", [queues[0].arn, "1e5", "-1.8e+308"]))
        bucket.add_override("//", {"found": len(first.node.find_all()), "of": None})
        archive = TerraformAsset(second, "archive", path=sys.argv[2], type=AssetType.ARCHIVE)
        TerraformOutput(second, "out", value=[archive.file_name, queues[99].delay_seconds, "Any Map Token"])
        app.synth()

    ask_ahead(synthesize)
"""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", dedent(program), *arguments], cwd=ROOT, capture_output=True, text=True
    )


def test_python_talks_to_one_process_and_not_through_another() -> None:
    assert run(COUNT_PROCESSES).stdout == "1\n"


def test_what_is_wrong_in_javascript_is_told_in_python() -> None:
    assert "already a Construct with name 'queue'" in run(NAME_TWICE).stdout


def test_what_is_wrong_is_told_where_it_is_though_python_had_gone_on() -> None:
    failed = run(NAME_TWICE_AHEAD)

    assert failed.returncode == 1
    to_blame = NAME_TWICE_AHEAD.splitlines().index('        SqsQueue(stack, "queue")  # the one to blame') + 1
    assert f'File "<string>", line {to_blame}, in synthesize' in failed.stderr
    assert "already a Construct with name 'queue'" in failed.stderr
    assert "UnforeseenAnswerError" not in failed.stderr


@pytest.mark.parametrize("overrides", [[], ["overrides"]])
def test_what_is_written_is_what_jsii_alone_has_written(tmp_path: Path, overrides: list[str]) -> None:
    asset = tmp_path / "asset"
    asset.mkdir()
    (asset / "page.html").write_text("<p>")

    ahead, one_by_one, plain = (
        synthesize(tmp_path / way, asset, f"--{way}", *overrides) for way in ("ahead", "one-by-one", "plain")
    )

    assert ahead == one_by_one == plain
    assert {path.name for path in ahead} == {"manifest.json", "cdk.tf.json", "archive.zip"}
    assert ("visited" in str(ahead)) == bool(overrides)


def synthesize(out: Path, asset: Path, *flags: str) -> dict[Path, bytes]:
    """What is written, by its path; of an archive, the names in it: it keeps when its files were made."""
    run(SYNTHESIZE, str(out), str(asset), *flags).check_returncode()
    return {
        file.relative_to(out): str(ZipFile(file).namelist()).encode()
        if file.suffix == ".zip"
        else file.read_bytes()
        for file in out.rglob("*")
        if file.is_file()
    }
