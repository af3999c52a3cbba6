"""Fixtures of the running blog."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.blog.installation import missing_packages
from localcloud.blog.mariadb import DATABASE
from localcloud.blog.service import Blog
from localcloud.processes import Part, Supervisor
from tests.support.blog_reader import Reader
from tests.support.cloud import Cloud


@pytest.fixture(scope="session")
def blog(cloud: Cloud) -> Blog:
    """The blog's processes; a test that stops one starts it again."""
    missing = missing_packages()
    if missing or not cloud.deployment.settings.features.blog:
        pytest.skip(f"no blog runs here: {', '.join(missing) or 'the feature is off'}")
    return Blog(cloud.layout, cloud.regions, Lasting(cloud.layout.cloud / "processes", cloud.layout.log))


class Lasting(Supervisor):
    """A supervisor whose processes outlive the tests on purpose, without Python's warning."""

    def ensure(self, part: Part, seconds: float = 40) -> bool:
        """Start `part` and do not keep it as a child process."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            started = super().ensure(part, seconds)
            self._children.clear()
        return started


@pytest.fixture(scope="session")
def readers(cloud: Cloud, blog: Blog) -> Iterator[dict[str, Reader]]:
    """Readers of each region's own blog address."""
    found = {region: Reader(cloud.endpoints["regions"][region]["blog"]) for region in cloud.regions}
    yield found
    for reader in found.values():
        reader.close()


@pytest.fixture(scope="session")
def anyone(cloud: Cloud, blog: Blog) -> Iterator[Reader]:
    """A reader of `blog.<domain>` who resolves the name for each request."""
    reader = Reader(cloud.endpoints["blog"], forgetful=True)
    yield reader
    reader.close()


@pytest.fixture
def publisher(tmp_path: Path, blog: Blog) -> "Publisher":
    """Publishes posts."""
    return Publisher(tmp_path, blog)


class Publisher:
    """Publishes with the blog's import command, as an operator does."""

    def __init__(self, folder: Path, blog: Blog) -> None:
        self._folder = folder
        self._blog = blog

    def publish(
        self, slug: str, *, title: str = "A post", book: str = "dune", date: str = "2026-01-05"
    ) -> None:
        """Publish or change one post in the writer's region."""
        (self._folder / f"{slug}.html").write_text(
            f"---\ntitle: {title}\nauthor: The Test Desk\ndate: {date}\ncategories: Science Fiction\n"
            f'books: {book}\nexcerpt: A test.\n---\n<p>About [book id="{book}"]a book[/book].</p>\n'
        )
        self._blog.import_posts(self._folder)

    def make_due(self, slug: str, ago: str = "1 DAY") -> None:
        """Move a scheduled post's times to `ago` in the database, as if time had passed.

        WordPress records the scheduled time as the time of the last change too.
        """
        columns = ("post_date", "post_date_gmt", "post_modified", "post_modified_gmt")
        times = ", ".join(f"{column} = UTC_TIMESTAMP() - INTERVAL {ago}" for column in columns)
        sql = f"UPDATE {DATABASE}.wp_posts SET {times} WHERE post_name = '{slug}'"  # noqa: S608
        self._blog.servers[self._blog.writer].run(sql)
