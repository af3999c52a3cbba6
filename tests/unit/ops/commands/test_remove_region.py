"""`ops remove-region`: refusals and the order of its steps."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import Result

from ops.commands import remove_region
from ops.commands.blog_promote import BlogDatabase
from ops.teardown.state_resources import StateResource
from ops.traffic import Traffic
from stacks.settings import Settings
from tests.support.mocked_aws import dynamodb, mocked_aws
from tests.support.operators import Route53, probe, run_ops
from tests.support.stock_tables import StockTables

HOME, OTHER = "eu-west-1", "ap-southeast-1"
CONFIRMED = f"bookstore-test-{OTHER}"


def replica(table: str) -> StateResource:
    name = f"bookstore-test-{table}"
    values = {"id": f"{name}:{HOME}", "global_table_arn": f"arn:aws:dynamodb:{HOME}:1:table/{name}"}
    return StateResource("aws_dynamodb_table_replica", f"aws_dynamodb_table_replica.{table}", OTHER, values)


class Recorded:
    """A deployment that records the steps of the command, in order."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.stock: StockTables
        self.done: list[str] = []
        self.resources = [replica(table) for table in ("books", "cart", "orders", "stock")]
        self.arrives = True
        self.route53 = Route53()
        self.answers = {HOME: 200, OTHER: 200}

    def run(self, region: str = OTHER, confirm: str = CONFIRMED) -> Result:
        return run_ops("remove-region", region, "--settings", str(self.file), "--confirm", confirm)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    file = tmp_path / "settings.toml"
    file.write_text(
        f'environment = "test"\ndomain = "shop.example"\nregions = ["{HOME}", "{OTHER}"]\n'
        '[state]\nbackend = "s3"\nbucket_prefix = "test-state"\n'
    )
    world = Recorded(file)

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

    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path / "cdktf.out"))
    monkeypatch.setattr(
        remove_region,
        "synthesize",
        lambda file, log: world.done.append(f"synth {regions(Settings.load(file))}"),
    )
    monkeypatch.setattr(remove_region, "stack_dependencies", lambda: {CONFIRMED: ()})
    monkeypatch.setattr(
        remove_region,
        "deploy_stacks",
        lambda settings, *_, **__: world.done.append(f"deploy {regions(settings)}"),
    )
    monkeypatch.setattr(remove_region, "state_resources", lambda stack: world.resources)
    monkeypatch.setattr(remove_region, "destroy_stacks", note("destroy"))
    monkeypatch.setattr(remove_region, "catches_up", catches_up)
    monkeypatch.setattr(remove_region, "Traffic", Switch)
    monkeypatch.setattr(remove_region, "Probe", lambda settings: probe(world.answers))
    monkeypatch.setattr("ops.commands.remove_region.time.sleep", note("wait for resolvers"))
    with mocked_aws():
        s3 = boto3.client("s3", region_name=OTHER)
        s3.create_bucket(
            Bucket=f"test-state-{OTHER}", CreateBucketConfiguration={"LocationConstraint": OTHER}
        )
        world.stock = StockTables("bookstore-test-")
        world.stock.share(OTHER, received=3, spent=1)
        dynamodb(OTHER).create_table(
            TableName="bookstore-test-cart",
            KeySchema=[{"AttributeName": "customerId", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "customerId", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield world


def state_buckets() -> list[str]:
    return [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]]


def test_remove_evacuates_then_awaits_data(world: Recorded) -> None:
    result = world.run()

    assert result.exit_code == 0, result.output
    assert world.done == [
        f"synth {HOME}+{OTHER}",
        f"evacuate {OTHER}",
        f"synth {HOME}",
        f"deploy {HOME}",
        "wait for resolvers",
        f"await {HOME} in {OTHER}",
        f"await {OTHER} in {HOME}",
        f"synth {HOME}+{OTHER}",
        "destroy",
    ]
    assert state_buckets() == []
    assert f"delete {OTHER} from {world.file}" in result.output
    assert f"{OTHER} has given its 2 copies of books to {HOME}" in result.output


def test_remove_hands_over_copies_that_arrive_late(world: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other region gave them before it read that the region is no longer registered."""

    def catches_up(settings: Settings, source: str, target: str, *, deadline: float) -> bool:
        if target == OTHER:
            world.done.append("copies arrive")
            gift = {"bookId": "dune", "region": HOME, "spent": 4, f"given:{OTHER}": 4}
            world.stock.put(OTHER, "stock", gift)
        return True

    monkeypatch.setattr(remove_region, "catches_up", catches_up)

    result = world.run()

    assert f"{OTHER} has given its 6 copies of books to {HOME}" in result.output
    assert world.done.count("copies arrive") == 2
    assert world.done[-1] == "destroy"


def test_remove_while_traffic_moves_exits_1(world: Recorded) -> None:
    with Traffic(Settings.load(world.file), route53=world.route53).lock():
        result = world.run()

    assert result.exit_code == 1
    assert "another operator is moving traffic" in result.output
    assert world.done == [f"synth {HOME}+{OTHER}"]


def test_remove_without_confirmation_lists(world: Recorded) -> None:
    result = world.run(confirm="")

    assert result.exit_code == 0
    assert f"orders:{HOME}, a copy; the other regions keep theirs" in result.output
    assert f"CONFIRM={CONFIRMED}" in result.output
    assert world.done == [f"synth {HOME}+{OTHER}"]


def test_remove_with_other_name_exits_1(world: Recorded) -> None:
    assert world.run(confirm=f"bookstore-test-{HOME}").exit_code == 1
    assert world.done == [f"synth {HOME}+{OTHER}"]


def test_remove_primary_region_exits_1(world: Recorded) -> None:
    result = world.run(HOME, confirm=f"bookstore-test-{HOME}")

    assert result.exit_code == 1
    assert "base tables" in result.output
    assert world.done == []


def test_remove_unknown_region_exits_2(world: Recorded) -> None:
    result = world.run("us-west-2", confirm="bookstore-test-us-west-2")

    assert result.exit_code == 2
    assert HOME in result.output


def test_remove_last_healthy_region_exits_1(world: Recorded) -> None:
    world.answers[HOME] = 503

    result = world.run()

    assert result.exit_code == 1
    assert "last region that can serve" in result.output
    assert world.done == [f"synth {HOME}+{OTHER}"]


def test_remove_without_replicated_data_exits_1(world: Recorded) -> None:
    world.arrives = False

    result = world.run()

    assert result.exit_code == 1
    assert "run this again" in result.output
    assert "destroy" not in world.done
    assert state_buckets()


def test_remove_of_unlisted_region_continues(world: Recorded) -> None:
    world.file.write_text(world.file.read_text().replace(f', "{OTHER}"', ""))
    world.route53.checks = {id: check for id, check in world.route53.checks.items() if OTHER not in id}

    result = world.run()

    assert result.exit_code == 0, result.output
    assert f"evacuate {OTHER}" not in world.done
    assert world.done[-1] == "destroy"
    assert f"delete {OTHER}" not in result.output


@pytest.mark.parametrize("destroyed", ["cart", "stock"])
def test_remove_continues_interrupted_destroy(world: Recorded, destroyed: str) -> None:
    """The data was handed over before; without the table it could not be read again."""
    world.resources = [each for each in world.resources if not each.address.endswith(destroyed)]
    boto3.client("dynamodb", OTHER).delete_table(TableName="bookstore-test-stock")

    result = world.run()

    assert result.exit_code == 0, result.output
    assert f"await {OTHER} in {HOME}" not in world.done
    assert world.done[-1] == "destroy"


@pytest.mark.parametrize("deleted", ["cart", "stock"])
def test_remove_continues_with_outdated_state(world: Recorded, deleted: str) -> None:
    """A run that was killed while AWS deleted a table: the state still has the table."""
    dynamodb(OTHER).delete_table(TableName=f"bookstore-test-{deleted}")

    result = world.run()

    assert result.exit_code == 0, result.output
    assert f"await {OTHER} in {HOME}" not in world.done
    assert world.done[-1] == "destroy"


def test_remove_twice_destroys_once(world: Recorded) -> None:
    world.run()
    world.route53.checks = {id: check for id, check in world.route53.checks.items() if OTHER not in id}
    world.done.clear()

    result = world.run()

    assert result.exit_code == 0, result.output
    assert "destroy" not in world.done


def test_remove_restores_environment_variable(world: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    world.run()
    assert "BOOKSTORE_REGIONS" not in os.environ
    monkeypatch.setenv("BOOKSTORE_REGIONS", f'["{HOME}", "{OTHER}"]')
    world.run()
    assert os.environ["BOOKSTORE_REGIONS"] == f'["{HOME}", "{OTHER}"]'


def test_remove_blog_writer_exits_1(world: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    world.file.write_text(world.file.read_text() + "[features]\nblog = true\n")
    database = BlogDatabase("bookstore-test-blog", {}, writer=OTHER, busy=False)
    monkeypatch.setattr(BlogDatabase, "read", lambda settings, region: database)

    result = world.run()

    assert result.exit_code == 1
    assert f"make blog-promote REGION={HOME}" in result.output
    assert f"evacuate {OTHER}" not in world.done


@pytest.mark.parametrize("confirm", ["", f"bookstore-test-{HOME}"])
def test_remove_moved_primary_exits_1(world: Recorded, confirm: str) -> None:
    """The real first region is the second one in the settings."""
    world.file.write_text(world.file.read_text().replace(f'"{HOME}", "{OTHER}"', f'"{OTHER}", "{HOME}"'))
    s3 = boto3.client("s3", region_name=HOME)
    s3.create_bucket(Bucket=f"test-state-{HOME}", CreateBucketConfiguration={"LocationConstraint": HOME})
    s3.put_object(Bucket=f"test-state-{HOME}", Key="bookstore-test-global/terraform.tfstate", Body=b"{}")

    result = world.run(HOME, confirm=confirm)

    assert result.exit_code == 1
    assert f"Put {HOME} first" in result.output
    assert world.done == []


def test_remove_needed_region_exits_2(world: Recorded) -> None:
    world.file.write_text(world.file.read_text() + '[routing]\npolicy = "failover"\n')

    result = world.run()

    assert result.exit_code == 2
    assert "failover" in result.output
    assert world.done == []
