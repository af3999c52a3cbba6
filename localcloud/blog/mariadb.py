"""One MariaDB server per region: the first takes writes, the others replicate by global transaction ids.

`python -m localcloud.blog.mariadb FOLDER PORT` prepares the data folder and executes the server.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from localcloud.layout import HOST

DATABASE = "wordpress"
USER = "wordpress"
CATCH_UP_SECONDS = 10
"""Time for the new primary of a planned switch to receive every transaction of the old one."""
REBUILD_SECONDS = 60
"""Time for a rebuilt replica to receive the primary's whole history."""

# Values with quotes: a path may have spaces. The socket is relative to the data folder, because its whole path may be
# longer than the 107 bytes that Linux allows.
_CONFIGURATION = """
[mariadbd]
datadir="{folder}/data"
socket=../socket
pid-file="{folder}/pid"
bind-address={host}
port={port}
server-id={server_id}
{user}
skip-name-resolve
local-infile=0
secure-file-priv="{folder}/files"
skip-symbolic-links
log-bin="{folder}/data/changes"
log-slave-updates
binlog-format=ROW
gtid-strict-mode
gtid-domain-id=0
read-only=1
slave-net-timeout=5
character-set-server=utf8mb4
innodb-buffer-pool-size=48M
innodb-log-file-size={log_size}
"""
_LOG_SIZE = "32M"


class DatabaseError(Exception):
    """A statement failed. The message is the server's."""


@dataclass(frozen=True)
class Server:
    """A region's database: `folder` holds its data, `port` is where it listens on loopback."""

    folder: Path
    port: int

    def run(self, sql: str, *, seconds: float = 15) -> str:
        """Run `sql` and return tab-separated lines.

        Raises DatabaseError, also without a connection or without an answer in `seconds`.
        """
        try:
            done = subprocess.run(
                [
                    "mariadb",
                    "--no-defaults",
                    "--batch",
                    "--skip-column-names",
                    f"--user={_owner()}",
                    "--socket=socket",
                ],
                # The whole path of the socket may be longer than the system allows.
                cwd=self.folder,
                input=sql,
                capture_output=True,
                text=True,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired as error:
            raise DatabaseError(f"port {self.port}: no answer in {seconds:.0f} s") from error
        except FileNotFoundError as error:
            raise DatabaseError(f"port {self.port}: {error}") from error
        if done.returncode:
            raise DatabaseError(f"port {self.port}: {done.stderr.strip()}")
        return done.stdout.strip()

    def answers(self) -> bool:
        """Whether it accepts statements."""
        try:
            return self.run("SELECT 1") == "1"
        except DatabaseError:
            return False

    def create(self, password: str) -> None:
        """Create the blog's database and its user, who may also replicate. Runs on the first primary."""
        self.run(
            f"""SET GLOBAL read_only = 0;
            CREATE DATABASE IF NOT EXISTS {DATABASE} CHARACTER SET utf8mb4;
            CREATE USER IF NOT EXISTS {USER}@'{HOST}' IDENTIFIED BY '{password}';
            GRANT ALL ON {DATABASE}.* TO {USER}@'{HOST}';
            GRANT REPLICATION SLAVE ON *.* TO {USER}@'{HOST}';"""
        )

    def follow(self, primary: "Server", password: str) -> None:
        """Become a read-only replica of `primary`, from the end of this server's own history."""
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
        """Stop replicating and take writes."""
        self.run("STOP SLAVE; RESET SLAVE ALL; SET GLOBAL read_only = 0;")

    def catch_up(self, primary: "Server") -> None:
        """Make `primary` read-only and wait until this server has all of its transactions.

        Raises DatabaseError after `CATCH_UP_SECONDS`, and makes `primary` writable again.
        """
        primary.run("SET GLOBAL read_only = 1")
        try:
            self.await_changes(primary, CATCH_UP_SECONDS)
        except DatabaseError as error:
            primary.run("SET GLOBAL read_only = 0")
            raise DatabaseError(f"{error}; nothing was switched") from error

    def await_changes(self, primary: "Server", seconds: float) -> None:
        """Wait until this server has all transactions that `primary` has now. Raises DatabaseError after `seconds`."""
        position = primary.run("SELECT @@gtid_binlog_pos")
        wait = f"SELECT MASTER_GTID_WAIT('{position}', {seconds})"
        if self.run(wait, seconds=seconds + 5) != "0":
            raise DatabaseError(f"port {self.port} did not catch up in {seconds} s")


def promote(
    target: Server, current: Server, others: list[Server], password: str, *, allow_data_loss: bool
) -> None:
    """Make `target` the primary instead of `current`.

    The last transactions of a reachable primary are always fetched first. With `allow_data_loss` an unreachable primary
    is skipped; when it returns, it starts again as an empty replica.

    Raises DatabaseError when the primary is unreachable and `allow_data_loss` is False.
    """
    alive = current.answers()
    if not alive and not allow_data_loss:
        raise DatabaseError(f"port {current.port}: the primary is unreachable, so data would be lost")
    if alive:
        target.catch_up(current)
    target.lead()
    for server in [*others, *([current] if alive else [])]:
        if server.answers():
            server.follow(target, password)


def exec_server(folder: Path, port: int) -> None:
    """Prepare a new `folder`, then replace this process by the server."""
    configuration = folder / "my.cnf"
    if not (folder / "data" / "mysql").exists():
        for path in (folder, folder / "files"):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration.write_text(
            _CONFIGURATION.format(
                folder=folder,
                host=HOST,
                port=port,
                # A server skips changes with its own id. A rebuilt server needs a new id to receive its old changes.
                server_id=secrets.randbelow(2**31) + 1,
                user="user=root" if os.geteuid() == 0 else "",
                log_size=_LOG_SIZE,
            )
        )
        _install(folder)
    os.execvp("mariadbd", ["mariadbd", f"--defaults-file={configuration}"])


def _install(folder: Path) -> None:
    """Create the system tables in `folder`. An interrupted installation leaves no data folder, so it is repeated."""
    new = folder / "data.new"
    shutil.rmtree(new, ignore_errors=True)
    subprocess.run(
        [
            "mariadb-install-db",
            "--no-defaults",
            # Relative, and no file of options: Debian's script does not quote paths, which may have spaces.
            f"--datadir=./{new.name}",
            *(["--user=root"] if os.geteuid() == 0 else []),
            f"--innodb-log-file-size={_LOG_SIZE}",
            "--skip-name-resolve",
            # The owner of the process, over the socket only; no account with all rights over TCP.
            "--auth-root-authentication-method=socket",
            f"--auth-root-socket-user={_owner()}",
            "--skip-test-db",
        ],
        cwd=folder,
        check=True,
    )
    shutil.rmtree(folder / "data", ignore_errors=True)
    new.replace(folder / "data")


def _owner() -> str:
    """Name of the process's user, whom the server knows by the socket. LOGNAME and USER may name another one."""
    return pwd.getpwuid(os.geteuid()).pw_name


def await_answer(server: Server, seconds: float = 20) -> None:
    """Wait until `server` accepts statements. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not server.answers():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the database on port {server.port} does not answer")
        time.sleep(0.1)


if __name__ == "__main__":
    exec_server(Path(sys.argv[1]), int(sys.argv[2]))
