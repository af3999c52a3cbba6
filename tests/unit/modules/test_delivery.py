import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.delivery import CodeCommit, Delivery, DeliveryOptions, GitHub, Site, Source
from modules.storefront import WebFiles
from modules.storefront.files import CONTENT_TYPES
from tests.support.synthesis import Stack, construct

ROOT = Path(__file__).parents[3]
SITE = Site("shop-web", "arn:aws:s3:::shop-web", "EDISTRIBUTION", "arn:aws:cloudfront::1:distribution/E")
GITHUB = GitHub("someone/bookstore", "main")
CODE_COMMIT = CodeCommit("bookstore", "trunk")


@cache
def delivery(source: Source = GITHUB) -> Stack:
    return construct(
        lambda scope: Delivery(
            scope,
            "delivery",
            name="shop",
            source=source,
            site=SITE,
            options=DeliveryOptions(emails=("a@example.com",)),
        )
    )


def project(name: str) -> dict[str, Any]:
    return dict(delivery().find("aws_codebuild_project", name=name).body)


def variables(name: str) -> dict[str, str]:
    environment = project(name)["environment"]
    return {each["name"]: each["value"] for each in environment["environment_variable"]}


def tracked(*patterns: str) -> list[tuple[str, Path]]:
    """Mode and path of the files in git."""
    listed = subprocess.run(
        ["git", "ls-files", "--stage", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [(line.split()[0], ROOT / line.partition("\t")[2]) for line in listed.stdout.splitlines()]


def allowed(role: str, source: Source = GITHUB) -> dict[str, set[str]]:
    """Actions that a role's policy allows, by resource."""
    (document,) = [
        each.body
        for each in delivery(source).data("aws_iam_policy_document")
        if each.id.startswith(f"delivery_{role}permissions_document")
    ]
    may: dict[str, set[str]] = {}
    for statement in document["statement"]:
        for resource in statement["resources"]:
            may.setdefault(resource, set()).update(statement["actions"])
    return may


def test_untested_build_is_not_deployed() -> None:
    stages = delivery().only("aws_codepipeline")["stage"]
    assert [stage["name"] for stage in stages] == ["Source", "Test", "Deploy"]
    test, deploy = stages[1]["action"][0], stages[2]["action"][0]
    assert test["input_artifacts"] == stages[0]["action"][0]["output_artifacts"]
    assert deploy["input_artifacts"] == test["output_artifacts"], (
        "shoppers get the very files that were tested"
    )


def test_build_checks_terraform_by_own_checksum() -> None:
    """A checksum from the server of the file would be changed together with it."""
    build = project("shop-test")
    assert re.fullmatch("[0-9a-f]{64}", variables("shop-test")["TERRAFORM_SHA256"])
    download, check, unpack = (
        build["source"]["buildspec"].index(step) for step in ("curl", "{TERRAFORM_SHA256}  ", "unzip")
    )
    assert download < check < unpack
    assert "SHA256SUMS" not in build["source"]["buildspec"]


READ = {
    "Makefile": r"^(?:export )?([A-Z][A-Z0-9_]*) *[?:+]?=",
    "bin/*": r"\$\{?([A-Z][A-Z0-9_]*)",
    "*.py": r"environ(?:\.get\(|\.pop\(|\[)\"(\w+)\"|\benvvar=\"(\w+)\"|_VARIABLE = \"(\w+)\"",
}
"""How the repository's commands name the environment variables that they read."""


def test_build_sets_no_variable_of_the_commands() -> None:
    """The build runs them with the project's variables in their environment."""
    read = {
        name
        for pattern, reading in READ.items()
        for _, file in tracked(pattern)
        for names in re.findall(reading, file.read_text(encoding="utf-8"), re.MULTILINE)
        for name in ([names] if isinstance(names, str) else filter(None, names))
    }
    assert {"TERRAFORM", "PYTHON", "SETTINGS", "CONFIRM", "LOCAL_DIR"} <= read
    for name in ("shop-test", "shop-deploy"):
        assert not read & variables(name).keys()
        assert not [each for each in variables(name) if each.startswith(("BOOKSTORE_", "TF_", "AWS_"))]


def test_build_makes_tracked_programs_executable() -> None:
    """The archive of a GitHub source has no executable bits."""
    commands = yaml.safe_load(project("shop-test")["source"]["buildspec"])["phases"]["install"]["commands"]
    (restored,) = [command for command in commands if command.startswith("chmod")]
    assert commands.index(restored) < commands.index("make install")
    programs = [file.relative_to(ROOT).as_posix() for mode, file in tracked() if mode == "100755"]
    assert restored.split() == ["chmod", "+x", *programs]


def test_build_runs_make_targets_in_order() -> None:
    specification = project("shop-test")["source"]["buildspec"]
    assert specification.index("make test") < specification.index("make web")


def test_hashed_files_are_not_invalidated() -> None:
    specification = project("shop-deploy")["source"]["buildspec"]
    (invalidation,) = [line for line in specification.splitlines() if "create-invalidation" in line]
    assert "-maxdepth 1" in invalidation, "assets/ is a folder below"
    assert "assets" not in invalidation


def headers(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def uploads_of_terraform(dist: Path) -> dict[str, dict[str, str]]:
    """Headers of the objects by key."""
    stack = construct(lambda scope: WebFiles(scope, "files", dist=dist, bucket="web", domain="b.example"))
    objects = [each.body for each in stack.resources("aws_s3_object")]
    return {
        each["key"]: headers(
            type=each["content_type"], encoding=each.get("content_encoding"), cache=each["cache_control"]
        )
        for each in objects
        if each["key"] != "robots.txt"  # not a part of a build
    }


AWS = """#!{python}
import json, sys
from fnmatch import fnmatch
from pathlib import Path

def included(path):
    # The last matching filter decides: https://docs.aws.amazon.com/cli/latest/reference/s3/
    filters = [each for each in options if each[0] in ("--include", "--exclude")]
    matching = [name for name, pattern in filters if fnmatch(path, pattern)]
    return not matching or matching[-1] == "--include"

_, _, command, source, destination, *rest = sys.argv
options = list(zip(rest[::2], rest[1::2]))
folder = Path(source)
files = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
with open({log!r}, "a") as log:
    for name in filter(included, files) if command == "sync" else [""]:
        key = "/".join(filter(None, [*destination.split("/")[3:], name]))
        print(json.dumps([key, dict(options)]), file=log)
"""
"""The AWS CLI's `aws s3 sync` and `aws s3 cp`, which logs keys and options."""


def uploads_of_delivery(dist: Path, folder: Path) -> dict[str, dict[str, str]]:
    """Headers of the uploads by key, in order, as the commands of the build specification send them."""
    log, program = folder / "uploads", folder / "aws"
    program.write_text(AWS.format(python=sys.executable, log=str(log)))
    program.chmod(0o755)
    specification = yaml.safe_load(project("shop-deploy")["source"]["buildspec"].replace("$${", "${"))
    for command in specification["phases"]["build"]["commands"]:
        environment = {"PATH": f"{folder}:{os.environ['PATH']}", "BUCKET": "web"}
        subprocess.run(["sh", "-c", command], cwd=dist, env=environment, check=True, timeout=60)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert len({key for key, _ in lines}) == len(lines), "a file was uploaded twice"
    return {
        key: headers(
            type=options.get("--content-type"),
            encoding=options.get("--content-encoding"),
            cache=options.get("--cache-control"),
        )
        for key, options in lines
    }


def test_delivery_has_headers_of_terraform_uploads(tmp_path: Path) -> None:
    """A file of each type. Where they differ, the next plan changes the object."""
    dist, programs = tmp_path / "dist", tmp_path / "programs"
    programs.mkdir()
    (dist / "assets").mkdir(parents=True)
    names = [f"{folder}file{suffix}" for suffix in CONTENT_TYPES for folder in ("", "assets/")]
    for name in [
        "index.html",
        "config.json",
        *names,
        *(f"assets/file{suffix}.br" for suffix in CONTENT_TYPES),
    ]:
        (dist / name).write_text(name)
    delivered = uploads_of_delivery(dist, programs)
    assert delivered == uploads_of_terraform(dist)
    assert list(delivered)[-1] == "index.html"


def test_terraform_uploads_have_no_default_tags(tmp_path: Path) -> None:
    """The delivery sets none."""
    (tmp_path / "index.html").write_text("index")
    stack = construct(lambda scope: WebFiles(scope, "files", dist=tmp_path, bucket="web", domain="b.example"))
    index = stack.find("aws_s3_object", key="index.html").body
    assert index["override_provider"] == {"default_tags": {"tags": {}}}
    assert "tags" not in index


def test_files_of_earlier_builds_remain() -> None:
    assert "--delete" not in project("shop-deploy")["source"]["buildspec"]


def test_only_deploying_build_writes_web_files() -> None:
    deploys, tests, pipeline = allowed("deploy_"), allowed("test_"), allowed("")
    assert deploys[f"{SITE.bucket_arn}/*"] == {"s3:PutObject"}
    assert deploys[SITE.distribution_arn] == {"cloudfront:CreateInvalidation"}
    for others in (tests, pipeline):
        assert not {SITE.bucket_arn, f"{SITE.bucket_arn}/*", SITE.distribution_arn} & others.keys()


def test_pipeline_roles_have_no_wildcard() -> None:
    for role in ("deploy_", "test_", ""):
        for resource, actions in allowed(role).items():
            assert resource != "*"
            assert not any("*" in action for action in actions)


def test_builds_keep_a_cache() -> None:
    assert project("shop-test")["cache"]["type"] == "S3"


def test_failures_are_mailed() -> None:
    rule = delivery().only("aws_cloudwatch_event_rule")
    assert "FAILED" in json.dumps(rule["event_pattern"])
    topic = delivery().only("aws_cloudwatch_event_target")["arn"]
    assert delivery().only("aws_sns_topic_subscription")["topic_arn"] == topic
    assert delivery().only("aws_sns_topic_subscription")["endpoint"] == "a@example.com"


@pytest.mark.parametrize(
    ("source", "provider", "resource"),
    [
        (GITHUB, "CodeStarSourceConnection", "aws_codeconnections_connection"),
        (CODE_COMMIT, "CodeCommit", "aws_codecommit_repository"),
    ],
)
def test_source_is_selected_by_setting(source: Source, provider: str, resource: str) -> None:
    stack = delivery(source)
    assert stack.only("aws_codepipeline")["stage"][0]["action"][0]["provider"] == provider
    kinds = {each.kind for each in stack.resources()}
    assert {"aws_codeconnections_connection", "aws_codecommit_repository"} & kinds == {resource}


def test_connection_action_has_prefix_of_its_arn() -> None:
    (arn,) = [resource for resource in allowed("") if "aws_codeconnections_connection" in resource]
    assert allowed("")[arn] == {"codeconnections:UseConnection"}


def test_codecommit_push_starts_pipeline() -> None:
    stack = delivery(CODE_COMMIT)
    configuration = stack.only("aws_codepipeline")["stage"][0]["action"][0]["configuration"]
    assert configuration["PollForSourceChanges"] == "false", "or a push would start it twice"

    rule = stack.find("aws_cloudwatch_event_rule", name="shop-delivery-pushed")
    for part in ("aws.codecommit", "aws_codecommit_repository", "referenceUpdated", "trunk"):
        assert part in rule.body["event_pattern"]
    target = stack.find("aws_cloudwatch_event_target", rule=f"${{{rule.address}.name}}").body
    assert "aws_codepipeline" in target["arn"]
    assert "delivery_trigger_role" in target["role_arn"]


def test_push_may_only_start_this_pipeline() -> None:
    ((resource, actions),) = allowed("trigger_", CODE_COMMIT).items()
    assert resource == delivery(CODE_COMMIT).find("aws_cloudwatch_event_target", arn=resource).body["arn"], (
        "the pipeline that the rule names"
    )
    assert actions == {"codepipeline:StartPipelineExecution"}


def test_pull_request_requires_approval() -> None:
    stack = delivery(CODE_COMMIT)
    template = stack.only("aws_codecommit_approval_rule_template")
    rule = json.loads(template["content"])
    assert rule["DestinationReferences"] == ["refs/heads/trunk"]
    assert [statement["NumberOfApprovalsNeeded"] for statement in rule["Statements"]] == [1]

    wanted = stack.only("aws_codecommit_approval_rule_template_association")
    assert wanted["repository_name"].startswith("${aws_codecommit_repository.")
    assert wanted["approval_rule_template_name"].startswith("${aws_codecommit_approval_rule_template.")


def test_github_connection_starts_pipeline() -> None:
    rules = [rule.body["name"] for rule in delivery(GITHUB).resources("aws_cloudwatch_event_rule")]
    assert rules == ["shop-delivery-failed"]
