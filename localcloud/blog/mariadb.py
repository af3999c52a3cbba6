"""One MariaDB server a region: the first takes writes, the others follow it by global transaction ids.

Run as a program it prepares the data folder and becomes the server: `python -m localcloud.blog.mariadb FOLDER PORT`.
"""

import os
import secrets
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from localcloud.layout import HOST

DATABASE = "wordpress"
USER = "wordpress"
CATCH_UP_SECONDS = 10
"""How long a planned switch waits for the new primary to have every transaction of the old one."""

_CONFIGURATION = """
[mariadbd]
datadir={folder}/data
socket={folder}/socket
pid-file={folder}/pid
bind-address={host}
port={port}
server-id={server_id}
{user}
skip-name-resolve
skip-symbolic-links
log-bin={folder}/data/changes
log-slave-updates
binlog-format=ROW
gtid-strict-mode
gtid-domain-id=0
read-only=1
slave-net-timeout=5
character-set-server=utf8mb4
innodb-buffer-pool-size=48M
innodb-log-file-size=32M
"""


class DatabaseError(Exception):
    """A statement failed; the message is the server's."""


@dataclass(frozen=True)
class Server:
    """A region's database: `folder` holds its data, `port` is where it listens on loopback."""

    folder: Path
    port: int

    def run(self, sql: str, *, seconds: float = 15) -> str:
        """The answer to `sql` as tab-separated lines. Raises DatabaseError, also when the server is away."""
        done = subprocess.run(
            [
                "mariadb",
                "--no-defaults",
                "--batch",
                "--skip-column-names",
                "--user=root",
                f"--socket={self.folder}/socket",
            ],
            input=sql,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        if done.returncode:
            raise DatabaseError(f"port {self.port}: {done.stderr.strip()}")
        return done.stdout.strip()

    def answers(self) -> bool:
        """Whether it takes statements."""
        try:
            return self.run("SELECT 1") == "1"
        except DatabaseError:
            return False

    def create(self, password: str) -> None:
        """On the first primary: the blog's database, and a user who may do everything in it and copy changes."""
        self.run(
            f"""SET GLOBAL read_only = 0;
            CREATE DATABASE IF NOT EXISTS {DATABASE} CHARACTER SET utf8mb4;
            CREATE USER IF NOT EXISTS {USER}@'%' IDENTIFIED BY '{password}';
            GRANT ALL ON {DATABASE}.* TO {USER}@'%';
            GRANT REPLICATION SLAVE ON *.* TO {USER}@'%';"""
        )

    def follow(self, primary: "Server", password: str) -> None:
        """Become read-only and copy `primary`'s changes, from wherever this server's own history ends."""
        demote = self.run("SELECT @@gtid_binlog_pos <> '' AND @@read_only = 0") == "1"
        self.run(
            f"""SET GLOBAL read_only = 1;
            STOP SLAVE;
            CHANGE MASTER TO MASTER_HOST = '{HOST}', MASTER_PORT = {primary.port}, MASTER_CONNECT_RETRY = 1,
                MASTER_USER = '{USER}', MASTER_PASSWORD = '{password}',
                MASTER_USE_GTID = slave_pos, MASTER_DEMOTE_TO_SLAVE = {int(demote)};
            START SLAVE;"""
        )

    def lead(self) -> None:
        """Take writes: what this server has is the truth from now on."""
        self.run("STOP SLAVE; RESET SLAVE ALL; SET GLOBAL read_only = 0;")

    def catch_up(self, primary: "Server") -> None:
        """Stop `primary` taking writes, then wait until this server has all of its transactions.

        Raises DatabaseError when that takes more than `CATCH_UP_SECONDS`; `primary` takes writes again then.
        """
        primary.run("SET GLOBAL read_only = 1")
        position = primary.run("SELECT @@gtid_binlog_pos")
        if self.run(f"SELECT MASTER_GTID_WAIT('{position}', {CATCH_UP_SECONDS})") != "0":
            primary.run("SET GLOBAL read_only = 0")
            raise DatabaseError(
                f"port {self.port} did not catch up in {CATCH_UP_SECONDS} s; nothing was switched"
            )


def promote(target: Server, current: Server, others: list[Server], password: str, *, may_lose: bool) -> None:
    """Make `target` the primary instead of `current`.

    A primary that still answers loses nothing, even in a disaster: its last transactions are fetched first. One that
    is away is not waited for when `may_lose`; when it comes back it starts over as an empty copy.

    Raises DatabaseError when a switch that may lose nothing cannot be made.
    """
    alive = current.answers()
    if not alive and not may_lose:
        raise DatabaseError(
            f"port {current.port}: the primary is away, so a switch without loss is not possible"
        )
    if alive:
        target.catch_up(current)
    target.lead()
    for server in [*others, *([current] if alive else [])]:
        if server.answers():
            server.follow(target, password)


def become(folder: Path, port: int) -> None:
    """Prepare `folder` if it is new, then replace this process by the server."""
    configuration = folder / "my.cnf"
    if not (folder / "data" / "mysql").exists():
        folder.mkdir(parents=True, exist_ok=True)
        configuration.write_text(
            _CONFIGURATION.format(
                folder=folder,
                host=HOST,
                port=port,
                # A server skips changes that carry its own id: one that starts over must not be who it was before,
                # or it would miss its own history.
                server_id=secrets.randbelow(2**31) + 1,
                user="user=root" if os.geteuid() == 0 else "",
            )
        )
        subprocess.run(
            [
                "mariadb-install-db",
                f"--defaults-file={configuration}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ],
            check=True,
        )
    os.execvp("mariadbd", ["mariadbd", f"--defaults-file={configuration}"])


def await_answer(server: Server, seconds: float = 20) -> None:
    """Wait until `server` takes statements. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not server.answers():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the database on port {server.port} does not answer")
        time.sleep(0.1)


if __name__ == "__main__":
    become(Path(sys.argv[1]), int(sys.argv[2]))
