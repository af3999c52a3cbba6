"""Parts of the local cloud are killed under load, and drills in the middle of a failure: status names what is wrong,
and `make up` repairs it.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from localcloud.processes import Supervisor
from ops.drill.region_loss import EdgeFaults
from ops.faults import find_faults
from stacks.settings import Settings
from tests.e2e.faults.conftest import StoredData
from tests.e2e.faults.shopper import Shopper
from tests.support.api import Api, Json
from tests.support.interrupts import SIGNALS, Command, Interrupt, interrupt
from tests.support.size import FULL_SIZE, sized
from tests.support.waiting import wait_until

pytestmark = pytest.mark.everything

KILLS = sized(short=2, full=20)
REPAIR_SECONDS = 15
SEED = 21


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a module of the project against the running local cloud."""
    return subprocess.run(
        [sys.executable, "-m", *command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.mark.timeout(3600)
def test_killed_part_loses_no_order(
    cloud: Any, mine: Mapping[str, Api], books: list[Json], stored: StoredData
) -> None:
    """Every part, the emulator first, dies at a random moment of checkout."""
    supervisor = Supervisor(cloud.layout.cloud / "processes", cloud.layout.log)
    chance = random.Random(SEED)
    others = sorted(set(supervisor.names()) - {"aws"})
    chance.shuffle(others)
    shopper = Shopper(mine, books)
    with shopper.shopping():
        for name in [part for _ in range(KILLS) for part in ("aws", *others)][:KILLS]:
            count = len(shopper.confirmed)
            wait_until(lambda count=count: len(shopper.confirmed) > count, 60, name)  # type: ignore[misc]
            time.sleep(chance.uniform(0, 0.5))
            record = supervisor.record(name)
            assert record
            os.kill(record.pid, signal.SIGKILL)
            wait_until(lambda record=record: not record.alive)  # type: ignore[misc]

            status = run("localcloud", "status")
            assert status.returncode == 1
            assert f"ended: {name}" in status.stdout
            began = time.monotonic()
            up = run("localcloud", "up")
            seconds = time.monotonic() - began
            assert up.returncode == 0, up.stdout
            assert run("localcloud", "status").returncode == 0
            print(f"{name} was repaired in {seconds:.1f} s")
            assert seconds < REPAIR_SECONDS or not FULL_SIZE, f"{name} was repaired in {seconds:.1f} s"
        count = len(shopper.confirmed)
        wait_until(lambda: len(shopper.confirmed) > count, 60)
    found = [order["orderId"] for order in stored.orders()]
    assert len(found) == len(set(found))
    assert set(shopper.confirmed) <= set(found)
    assert len(found) - len(shopper.confirmed) <= 1, "the last order may have no answer"
    print(f"{len(shopper.confirmed)} confirmed orders over {KILLS} kills, {len(found)} stored")


def leave_lock(cloud: Any, region: str) -> dict[str, str]:
    """Write the lock that a killed Terraform leaves beside a region's state. Returns its bucket and key."""
    settings = cloud.deployment.settings
    place = {
        "Bucket": settings.state_bucket(region),
        "Key": f"{settings.name}-{region}/terraform.tfstate.tflock",
    }
    lock = {"ID": str(uuid.uuid4()), "Operation": "OperationTypeApply", "Who": "a process that has ended"}
    boto3.client("s3", region_name=region).put_object(**place, Body=json.dumps(lock).encode())
    return place


def test_killed_drill_is_named_and_healed(cloud: Any) -> None:
    """Also a Terraform was killed: `make up` removes its lock, which would stop every later deployment."""
    lock = leave_lock(cloud, cloud.regions[-1])
    edge = EdgeFaults(f"http://127.0.0.1:{cloud.layout.control_room}")
    with subprocess.Popen(
        [sys.executable, "-m", "ops", "drill", "--only", "region lost", "--shoppers", "1", "--rate", "2"],
        stdout=subprocess.DEVNULL,
    ) as drill:
        try:
            wait_until(lambda: any(region["cut"] for region in edge.regions()), 120)
        finally:
            drill.kill()
    status = run("ops", "status")
    assert status.returncode == 1, status.stdout
    for words in ("connections are dropped", "replication is paused", "make up"):
        assert words in status.stdout
    up = run("localcloud", "up")
    assert up.returncode == 0, up.stdout
    assert "connections are dropped" in up.stdout
    assert f"removed the lock of a Terraform that has ended: {lock['Bucket']}/{lock['Key']}" in up.stdout
    with pytest.raises(ClientError, match="404"):
        boto3.client("s3", region_name=cloud.regions[-1]).head_object(**lock)
    status = run("ops", "status")
    assert status.returncode == 0, status.stdout


MOMENTS = {
    "opening accounts": "mapping",
    "1. ": "mapping",
    "detected": "mapping",
    "sending the same": "writes failing",
    "reconciling": "writes failing",
}
"""Words that the drill prints at its moments, and its failure: the shortest one, if the moment comes after all."""
INTERRUPTS = sized(
    short=[
        Interrupt("opening accounts", signal.SIGHUP, to_group=False),
        Interrupt("1. ", signal.SIGTERM, to_group=True),
    ],
    full=[Interrupt(moment, *each) for moment in MOMENTS for each in SIGNALS],
)


@pytest.mark.parametrize("at", INTERRUPTS, ids=str)
@pytest.mark.usefixtures("cloud")
def test_drill_signal_heals_everything(at: Interrupt) -> None:
    settings = Settings.load(Path(os.environ["SETTINGS"]))
    drill = ("ops", "drill", "--only", MOMENTS[at.moment], "--shoppers", "1", "--rate", "2")

    def reached(command: Command) -> None:
        assert command.stdout
        next(line for line in command.stdout if at.moment in line)

    interrupt(drill, at, reached)
    assert list(find_faults(settings)) == []
