"""The parts of the local cloud: command, environment and readiness check of each."""

import hashlib
import os
import shutil
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from localcloud.edge.region_locations import default_viewer
from localcloud.environment import local_environment
from localcloud.layout import HOST, ROOT, Layout, url, write_private
from localcloud.processes import Part
from localcloud.redis_program import redis_program

REQUIREMENTS = Path(__file__).with_name("emulators.txt")
MINISTACK = Path(__file__).with_name("ministack")
GATE = Path(__file__).with_name("local_gate.py")
AWS = "aws"
STATE_FILE = "state.db"
"""The emulator's database (ministack/state_store.py); earlier versions wrote one JSON file per service."""
AWS_STOP_SECONDS = 300.0
"""An emulator of an earlier version writes its whole state when it stops."""
EDGE = "edge"
_REDIS_REFUSED = "-config -debug -module -shutdown -replicaof -slaveof -save -bgsave -bgrewriteaof -acl"
_REDIS_CONFIGURATION = """\
port {port}
bind {host}
save ""
appendonly no
dir "{folder}"
user default on >{password} ~* &* +@all {refused}
user operator on >{password} ~* &* +@all
"""
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def aws_part(layout: Layout) -> Part:
    """MiniStack: one process for all regions, with state that survives a restart."""
    state = layout.cloud / "aws"
    for folder in ("state", "s3", "tmp"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    return Part(
        name=AWS,
        command=[str(layout.emulators / "bin" / "python"), "-P", "-m", "localcloud.ministack"],
        environment={
            **_bare_environment(),
            "PYTHONPATH": str(ROOT),
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(layout.aws),
            "STOREFRONT_PORT": str(layout.storefront),
            # Checks signatures and enforces IAM policies.
            "AUTH": "true",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(state / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(state / "s3"),
            "TMPDIR": str(state / "tmp"),
            # Unused servers; each would take a port.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "PYTHONUNBUFFERED": "1",
            **({"RECORD_REQUESTS": str(layout.requests)} if _records_requests() else {}),
        },
        port=layout.aws,
        ready=lambda: answers(f"{url(layout.aws)}/_ministack/ready"),
        fingerprint=digest([REQUIREMENTS, GATE, *sorted(MINISTACK.glob("*.py"))], str(_records_requests())),
        stop_seconds=AWS_STOP_SECONDS,
    )


def redis_part(layout: Layout, index: int, region: str) -> Part:
    """Redis of one region. It has no persistence: bestsellers are rebuilt from the orders.

    The password is in a file and not on the command line, which every user of the machine can read.

    Raises RedisMissingError.
    """
    port = layout.redis(index)
    configuration = layout.cloud / f"redis-{region}.conf"
    text = _REDIS_CONFIGURATION.format(
        port=port, host=HOST, folder=layout.cloud, password=layout.redis_password(), refused=_REDIS_REFUSED
    )
    write_private(configuration, text)
    return Part(
        name=f"redis-{region}",
        command=[redis_program(), str(configuration)],
        environment=_bare_environment(),
        port=port,
        ready=lambda: answers_redis(port),
        fingerprint=digest([configuration]),
    )


def edge_part(layout: Layout, settings: Path, regions: Sequence[str]) -> Part:
    """The edge: Route 53, CloudFront and the API's addresses.

    Raises UnknownPlaceError for an unknown EDGE_VIEWER.
    """
    sources = sorted(
        path for path in Path(__file__).parent.rglob("*") if path.suffix in {".py", ".js", ".html", ".css"}
    )
    return Part(
        name=EDGE,
        command=[sys.executable, "-m", "localcloud.edge"],
        environment={**local_environment(layout, settings, regions), "PYTHONPATH": str(ROOT)},
        port=layout.api,
        ready=lambda: answers(f"{url(layout.control_room)}/_edge/state"),
        # It reads the settings once: the blog, the delay of replication and all names.
        fingerprint=digest([*sources, settings], *regions, default_viewer(regions[0]).name),
    )


def lost_its_state(layout: Layout) -> bool:
    """Whether something was deployed but the AWS emulator's state is missing."""
    state = layout.cloud / "aws" / "state"
    return layout.outputs.exists() and not any(
        (state / name).exists() for name in (STATE_FILE, "dynamodb.json")
    )


def forget_state(layout: Layout) -> None:
    """Remove what the AWS emulator kept, Terraform's state and the traces of the last deployment with it."""
    shutil.rmtree(layout.cloud / "aws", ignore_errors=True)
    layout.outputs.unlink(missing_ok=True)


def is_free(port: int) -> bool:
    """Whether `port` is free to listen on."""
    with socket.socket() as probe:
        # As servers do: a port with connections in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def answers(address: str, seconds: float = 2) -> bool:
    """Whether a GET of `address` succeeds."""
    try:
        with _DIRECT.open(address, timeout=seconds) as response:
            return bool(response.status < 400)
    except (urllib.error.URLError, OSError):
        return False


def answers_redis(port: int) -> bool:
    """Whether a Redis server at `port` answers; it refuses a ping without the password."""
    try:
        with socket.create_connection((HOST, port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(7) in (b"-NOAUTH", b"+PONG\r\n")
    except OSError:
        return False


def digest(files: Sequence[Path], *words: str) -> str:
    """Hash of the contents of `files` and of `words`, as the fingerprint of a part."""
    found = hashlib.sha256("\n".join(words).encode())
    for path in files:
        found.update(path.read_bytes())
    return found.hexdigest()


def _records_requests() -> bool:
    return os.environ.get("RECORD_REQUESTS") == "1"


def _bare_environment() -> dict[str, str]:
    """Minimal environment of a part. Lambda functions inherit it from the emulator."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "USER")
    return {name: os.environ[name] for name in kept if name in os.environ}
