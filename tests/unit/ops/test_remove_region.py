"""Removing a region: what it refuses, and in which order it works."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer import Typer
from typer.testing import CliRunner, Result

from ops import cdktf
from ops.commands import remove_region
from ops.commands.blog_promote import BlogDatabase
from ops.teardown.state_resources import Held
from ops.traffic import Traffic
from stacks.settings import Settings
from tests.support.operators import Route53, probe

HOME, OTHER = "eu-west-1", "ap-southeast-1"
CONFIRMED = f"bookstore-test-{OTHER}"
REPLICA = Held("aws_dynamodb_table_replica", "aws_dynamodb_table_replica.orders", OTHER, {"id": "orders"})


class World:
    """What the command does, in order, to a deployment that is not there."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.done: list[str] = []
        self.held = [REPLICA]
        self.arrives = True
        self.route53 = Route53()
        self.answers = {HOME: 200, OTHER: 200}

    def run(self, region: str = OTHER, confirm: str = CONFIRMED) -> Result:
        app = Typer()
        app.command()(remove_region.remove_region)
        return CliRunner().invoke(app, [region, "--settings", str(self.file), "--confirm", confirm])


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    file = tmp_path / "settings.toml"
    file.write_text(
        f'environment = "test"\ndomain = "shop.example"\nregions = ["{HOME}", "{OTHER}"]\n'
        '[state]\nbackend = "s3"\nbucket_prefix = "test-state"\n'
    )
    world = World(file)

    def note(what: str) -> Any:
        return lambda *arguments, **named: world.done.append(what)

    def regions(settings: Settings) -> str:
        return "+".join(settings.regions)

    def catches_up(settings: Settings, source: str, target: str, *, deadline: float) -> bool:
        world.done.append(f"await {source} in {target}")
        return world.arrives

    class Switch(Traffic):
        def __init__(self, settings: Settings) -> None:
            super().__init__(settings, route53=world.route53)

        def evacuate(self, region: str) -> None:
            world.done.append(f"evacuate {region}")
            super().evacuate(region)

    monkeypatch.setattr(
        cdktf,
        "synthesize",
        lambda file, log: world.done.append(f"synth {regions(Settings.load(file))}"),
    )
    monkeypatch.setattr(
        remove_region,
        "deploy_stacks",
        lambda settings, *_, **__: world.done.append(f"deploy {regions(settings)}"),
    )
    monkeypatch.setattr(remove_region, "held", lambda stack: world.held)
    monkeypatch.setattr(remove_region, "destroy_stack", note("destroy"))
    monkeypatch.setattr(remove_region, "catches_up", catches_up)
    monkeypatch.setattr(remove_region, "Traffic", Switch)
    monkeypatch.setattr(remove_region, "Probe", lambda settings: probe(world.answers))
    monkeypatch.setattr("ops.commands.remove_region.time.sleep", note("wait for resolvers"))
    with mock_aws():
        s3 = boto3.client("s3", region_name=OTHER)
        s3.create_bucket(
            Bucket=f"test-state-{OTHER}", CreateBucketConfiguration={"LocationConstraint": OTHER}
        )
        yield world


def state_buckets() -> list[str]:
    return [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]]


def test_shoppers_leave_first_and_data_is_elsewhere_before_it_goes(world: World) -> None:
    result = world.run()

    assert result.exit_code == 0, result.output
    assert world.done == [
        f"synth {HOME}+{OTHER}",
        f"evacuate {OTHER}",
        f"synth {HOME}",
        f"deploy {HOME}",
        "wait for resolvers",
        f"await {OTHER} in {HOME}",
        f"synth {HOME}+{OTHER}",
        "destroy",
    ]
    assert state_buckets() == []
    assert f"take {OTHER} out of {world.file}" in result.output


def test_without_a_confirmation_it_lists_what_would_go_and_how_to_mean_it(world: World) -> None:
    result = world.run(confirm="")

    assert result.exit_code == 0
    assert "orders, a copy; the others keep theirs" in result.output
    assert f"CONFIRM={CONFIRMED}" in result.output
    assert world.done == [f"synth {HOME}+{OTHER}"]


def test_another_region_s_name_confirms_nothing(world: World) -> None:
    assert world.run(confirm=f"bookstore-test-{HOME}").exit_code == 1
    assert world.done == [f"synth {HOME}+{OTHER}"]


def test_the_first_region_is_refused_which_is_the_last_one_too(world: World) -> None:
    result = world.run(HOME, confirm=f"bookstore-test-{HOME}")

    assert result.exit_code == 1
    assert "base tables" in result.output
    assert world.done == []


def test_a_region_that_was_never_there_is_wrong_input(world: World) -> None:
    result = world.run("us-west-2", confirm="bookstore-test-us-west-2")

    assert result.exit_code == 2
    assert HOME in result.output


def test_it_is_kept_when_no_other_region_can_serve(world: World) -> None:
    world.answers[HOME] = 503

    result = world.run()

    assert result.exit_code == 1
    assert "last region that can serve" in result.output
    assert world.done == [f"synth {HOME}+{OTHER}"]


def test_it_is_kept_while_others_lack_its_data(world: World) -> None:
    world.arrives = False

    result = world.run()

    assert result.exit_code == 1
    assert "run this again" in result.output
    assert "destroy" not in world.done
    assert state_buckets()


def test_it_goes_on_after_an_interruption_though_the_line_is_gone_already(world: World) -> None:
    world.file.write_text(world.file.read_text().replace(f', "{OTHER}"', ""))
    world.route53.checks = {id: check for id, check in world.route53.checks.items() if OTHER not in id}

    result = world.run()

    assert result.exit_code == 0, result.output
    assert f"evacuate {OTHER}" not in world.done
    assert world.done[-1] == "destroy"
    assert "take" not in result.output


def test_run_once_more_it_finds_nothing_to_destroy(world: World) -> None:
    world.run()
    world.route53.checks = {id: check for id, check in world.route53.checks.items() if OTHER not in id}
    world.done.clear()

    result = world.run()

    assert result.exit_code == 0, result.output
    assert "destroy" not in world.done


def test_the_environment_is_as_it_was_afterwards(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.run()
    assert "BOOKSTORE_REGIONS" not in os.environ
    monkeypatch.setenv("BOOKSTORE_REGIONS", f'["{HOME}", "{OTHER}"]')
    world.run()
    assert os.environ["BOOKSTORE_REGIONS"] == f'["{HOME}", "{OTHER}"]'


def test_a_region_that_the_blog_s_writer_is_in_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.file.write_text(world.file.read_text() + "[features]\nblog = true\n")
    database = BlogDatabase("bookstore-test-blog", {}, writer=OTHER, busy=False)
    monkeypatch.setattr(BlogDatabase, "read", lambda settings, region: database)

    result = world.run()

    assert result.exit_code == 1
    assert f"make blog-promote REGION={HOME}" in result.output
    assert f"evacuate {OTHER}" not in world.done


def test_settings_that_cannot_do_without_it_are_refused(world: World) -> None:
    world.file.write_text(world.file.read_text() + '[routing]\npolicy = "failover"\n')

    result = world.run()

    assert result.exit_code == 2
    assert "failover" in result.output
    assert world.done == []
