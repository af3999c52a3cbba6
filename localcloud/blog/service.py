"""Starts the blog of a local cloud and imports its posts."""

import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from localcloud.blog.aurora import GlobalDatabase, read_writer
from localcloud.blog.installation import PATH
from localcloud.blog.mariadb import DATABASE, REBUILD_SECONDS, USER, Server, await_answer
from localcloud.blog.wordpress import ensure_wordpress
from localcloud.layout import HOST, ROOT, Layout, url, write_private
from localcloud.processes import Part, Supervisor
from localcloud.programs import GATE, answers, digest
from ops.errors import OperatorError

AURORA = "aurora"
_PHP_WORKERS = "4"


class ImportFailedError(OperatorError):
    """The import of the posts failed. The message is the import's."""


class Blog:
    """The blog of one local cloud: a WordPress and a database per region.

    `regions` are in the order of the settings; the first region starts with the writer.
    """

    def __init__(self, layout: Layout, regions: Sequence[str], supervisor: Supervisor) -> None:
        self._layout = layout
        self._regions = tuple(regions)
        self._supervisor = supervisor
        self._folder = layout.cloud / "blog"
        self._mark = self._folder / "writer"

    def start_control_plane(self) -> None:
        """Start the RDS proxy, which Terraform needs even without databases."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._supervisor.ensure(self._aurora())

    def start(self) -> str:
        """Start and connect the databases, import the posts and start every WordPress. Returns a summary.

        Raises WordPressUnavailableError, PartFailedError, ImportFailedError, UnknownWriterError or DatabaseError.
        """
        ensure_wordpress()
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._mark.exists():
            write_private(self._mark, self._regions[0])
        first, *others = sorted(self._regions, key=lambda region: region != self.writer)
        for region in (first, *others):
            self.start_database(region)
        self.start_control_plane()
        posts = self.import_posts()
        for region in self._regions:
            self._supervisor.ensure(self._wordpress(region))
        return f"{posts}; writer in {self.writer}"

    @property
    def writer(self) -> str:
        """Region of the writer. Raises UnknownWriterError."""
        return read_writer(self._mark, self._regions)

    def start_region(self, region: str) -> None:
        """Start a region: its database as a replica, then its WordPress."""
        self.start_database(region)
        self._supervisor.ensure(self._wordpress(region))

    def stop_region(self, region: str) -> None:
        """Stop a region's WordPress and database."""
        self._supervisor.stop(f"wordpress-{region}")
        self._supervisor.stop(f"mariadb-{region}")

    def start_database(self, region: str) -> None:
        """Start a region's database as writer or replica.

        A stopped replica is rebuilt from the writer, as Aurora does after a failover: it may hold transactions that
        were never replicated. It is started when it has all posts, unless the writer is stopped.

        Raises DatabaseError if a replica does not receive the writer's history in REBUILD_SECONDS, and
        UnknownWriterError before it removes anything.
        """
        server, password = self.servers[region], self._password()
        if self._supervisor.running(f"mariadb-{region}"):
            return
        if region != self.writer:
            shutil.rmtree(server.folder, ignore_errors=True)
        self._supervisor.ensure(self._mariadb(region))
        await_answer(server)
        if region == self.writer:
            server.lead()
            server.create(password)
        else:
            writer = self.servers[self.writer]
            server.follow(writer, password)
            if writer.answers():
                server.await_changes(writer, REBUILD_SECONDS)

    def import_posts(self, folder: Path = ROOT / "blog" / "content") -> str:
        """Import the posts in `folder`. Returns the import's summary. Raises ImportFailedError."""
        done = subprocess.run(
            ["php", str(ROOT / "blog/bin/import.php"), str(folder)],
            env=self._environment(self.writer) | {"WORDPRESS_ROOT": str(ensure_wordpress())},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise ImportFailedError((done.stderr or done.stdout).strip()[-600:])
        return done.stdout.strip()

    @property
    def servers(self) -> dict[str, Server]:
        """Database server of each region."""
        return {
            region: Server(self._folder / region, self._layout.mariadb(index))
            for index, region in enumerate(self._regions)
        }

    def database(self) -> GlobalDatabase:
        """The global database of all servers."""
        return GlobalDatabase(self.servers, self._password(), self._mark)

    def _password(self) -> str:
        secret = self._folder / "password"
        if not secret.exists():
            write_private(secret, secrets.token_urlsafe(24))
        return secret.read_text(encoding="utf-8")

    def _mariadb(self, region: str) -> Part:
        server = self.servers[region]
        return Part(
            name=f"mariadb-{region}",
            command=[sys.executable, "-m", "localcloud.blog.mariadb", str(server.folder), str(server.port)],
            environment={"PATH": PATH, "PYTHONPATH": str(ROOT)},
            port=server.port,
            ready=server.answers,
        )

    def _aurora(self) -> Part:
        return Part(
            name=AURORA,
            command=[sys.executable, "-m", "localcloud.blog", *self._regions],
            environment={
                "PATH": PATH,
                "PYTHONPATH": str(ROOT),
                "PORT_BASE": str(self._layout.base),
                "LOCAL_DIR": str(self._layout.directory),
            },
            port=self._layout.rds,
            ready=lambda: _listens(self._layout.rds),
            fingerprint=digest([*sorted(Path(__file__).parent.glob("*.py")), GATE], *self._regions),
        )

    def _wordpress(self, region: str) -> Part:
        port = self._layout.wordpress(self._regions.index(region))
        return Part(
            name=f"wordpress-{region}",
            command=[
                "php",
                *("-d", "expose_php=0", "-d", "display_errors=0", "-d", "log_errors=1"),
                *("-d", f"auto_prepend_file={ROOT / 'blog/wp-content/bookstore/prepend.php'}"),
                *("-S", f"{HOST}:{port}", "-t", str(ensure_wordpress())),
                str(Path(__file__).with_name("router.php")),
            ],
            environment=self._environment(region) | {"PHP_CLI_SERVER_WORKERS": _PHP_WORKERS},
            port=port,
            ready=lambda: answers(f"{url(port)}/readyz"),
        )

    def _environment(self, region: str) -> dict[str, str]:
        temporary = self._folder / "tmp"
        temporary.mkdir(parents=True, exist_ok=True)
        return {
            "PATH": PATH,
            "TMPDIR": str(temporary),
            "WORDPRESS_DB_HOST": f"{HOST}:{self.servers[region].port}",
            "WORDPRESS_DB_WRITER_HOST": f"{HOST}:{self._layout.aurora_writer}",
            "WORDPRESS_DB_NAME": DATABASE,
            "WORDPRESS_DB_USER": USER,
            "WORDPRESS_DB_PASSWORD": self._password(),
            "WORDPRESS_SALT": self._password(),
            "WORDPRESS_URL": url(self._layout.blog),
            "WORDPRESS_SHOP_URL": url(self._layout.storefront),
            "WORDPRESS_API_URL": f"{url(self._layout.regional_api(self._regions.index(region)))}/v1",
            "WORDPRESS_REGION": region,
        }


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
