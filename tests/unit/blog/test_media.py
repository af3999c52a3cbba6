"""Media: names that are unique without the task's disk, and files that are in the bucket before a request succeeds."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from localcloud.programs import answers
from tests.support.php import CLASSES, HOOKS, PLUGINS, answer, needs_php
from tests.support.ports import free_base
from tests.support.waiting import TIMEOUT_SECONDS, wait_until

pytestmark = needs_php

WORDPRESS = """
final class Stopped extends Exception {}
function wp_die($message, $title, $options) { throw new Stopped("$message {$options['response']}"); }
function get_attached_file($id) { global $given; return Bookstore_Media::folder() . '/' . $given['attached']; }
function wp_get_attachment_metadata($id) { global $given; return $given['metadata']; }
function get_post_meta($id, $key, $single) { global $given; return $given['previous']; }
putenv('TMPDIR=' . $given['folder']);
putenv('AWS_ENDPOINT_URL_S3=' . $given['s3']);
const WP_HOME = 'https://blog.example.com', BOOKSTORE_UPLOADS_BUCKET = 'media', BOOKSTORE_REGION = 'eu-west-1';
"""
"""Other functions of WordPress that the plug-in calls."""


@dataclass
class Bucket:
    """A server that answers as S3, at `url`."""

    url: str = ""
    refuses: bool = False
    cut_bytes: int = 0
    """Bytes at the end of each object that are not sent, as if the connection broke."""
    objects: dict[str, bytes] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    """A bucket, empty."""
    bucket = Bucket()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if not bucket.refuses:
                bucket.objects[self.path] = body
            self._answer(503 if bucket.refuses else 200)

        def do_DELETE(self) -> None:
            bucket.objects.pop(self.path, None)
            self._answer(204)

        def do_GET(self) -> None:
            content = bucket.objects.get(self.path)
            if content is None:
                self._answer(404)
                return
            self.send_response(200)
            self.send_header("content-type", "image/jpeg")
            self.send_header("content-length", str(len(content) + bucket.cut_bytes))
            self.end_headers()
            self.wfile.write(content)

        def _answer(self, status: int) -> None:
            bucket.requests.append(f"{self.command} {self.path}")
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        bucket.url = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield bucket
        server.shutdown()


@dataclass
class Plugin:
    """The plug-in in a PHP process of its own for each call, with a task's disk below `folder`."""

    folder: Path
    s3: str

    def run(self, code: str, **given: Any) -> Any:
        """Result of `code`, or the message with which WordPress ended the request."""
        return answer(
            "Bookstore_Media",
            f"global $given; require '{PLUGINS}/media.php';"
            f"try {{ {code} }} catch (Stopped $end) {{ return $end->getMessage(); }}",
            before=f"{HOOKS} {WORDPRESS} require '{CLASSES}/class-bookstore-bucket.php';",
            folder=str(self.folder),
            s3=self.s3,
            **given,
        )

    def write(self, name: str, content: bytes = b"an image") -> Path:
        """Write a file to the task's disk."""
        path = self.folder / "uploads" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path


@pytest.fixture
def plugin(tmp_path: Path, bucket: Bucket) -> Plugin:
    return Plugin(tmp_path, bucket.url)


UNIQUE = (
    "$folder = $given['folder'] . $given['in'];"
    "return apply_filters('wp_unique_filename', $given['name'], $given['extension'], $folder);"
)
UPLOAD = "return apply_filters('wp_handle_upload', $given['upload'], 'upload');"
SAVE = "return apply_filters('image_make_intermediate_size', $given['path']);"


@pytest.mark.parametrize(
    ("name", "extension", "pattern"),
    [
        ("cover.jpg", ".jpg", r"cover-[0-9a-f]{10}\.jpg"),
        ("cover.jpg", ".JPG", r"cover-[0-9a-f]{10}\.jpg"),
        ("a.b.webp", ".webp", r"a\.b-[0-9a-f]{10}\.webp"),
        ("cover", "", r"cover-[0-9a-f]{10}"),
    ],
)
def test_name_is_unique_without_disk(plugin: Plugin, name: str, extension: str, pattern: str) -> None:
    """Two tasks get the same name at the same time, and neither has the other's file."""
    names = {
        plugin.run(UNIQUE, name=name, extension=extension, **{"in": "/uploads/2026/11"}) for _ in range(2)
    }
    assert len(names) == 2
    assert all(re.fullmatch(pattern, each) for each in names)


@pytest.mark.parametrize("folder", ["", "/other", "/uploads-elsewhere"])
def test_name_of_temporary_file_stays(plugin: Plugin, folder: str) -> None:
    assert plugin.run(UNIQUE, name="a.tmp", extension=".tmp", **{"in": folder}) == "a.tmp"


def test_upload_is_in_bucket(plugin: Plugin, bucket: Bucket) -> None:
    path = plugin.write("2026/11/cover.jpg")
    upload = {
        "file": str(path),
        "url": "https://blog.example.com/media/2026/11/cover.jpg",
        "type": "image/jpeg",
    }
    assert plugin.run(UPLOAD, upload=upload) == upload
    assert bucket.objects == {"/media/uploads/2026/11/cover.jpg": b"an image"}


def test_upload_that_s3_refuses_fails(plugin: Plugin, bucket: Bucket) -> None:
    bucket.refuses = True
    path = plugin.write("2026/11/cover.jpg")
    answered = plugin.run(UPLOAD, upload={"file": str(path), "url": "u", "type": "image/jpeg"})
    assert list(answered) == ["error"]
    assert "could not be stored" in answered["error"]
    assert not path.exists()


def test_failed_upload_is_not_sent(plugin: Plugin, bucket: Bucket) -> None:
    assert plugin.run(UPLOAD, upload={"error": "too large"}) == {"error": "too large"}
    assert bucket.requests == []


def test_written_image_is_in_bucket(plugin: Plugin, bucket: Bucket) -> None:
    """A size, or an image changed in the editor: both image editors of WordPress apply this filter to each file."""
    path = plugin.write("2026/11/cover-e1796072152326-150x150.jpg")
    assert plugin.run(SAVE, path=str(path)) == str(path)
    assert list(bucket.objects) == ["/media/uploads/2026/11/cover-e1796072152326-150x150.jpg"]


def test_written_image_that_s3_refuses_ends_request(plugin: Plugin, bucket: Bucket) -> None:
    bucket.refuses = True
    path = plugin.write("2026/11/cover-150x150.jpg")
    assert plugin.run(SAVE, path=str(path)) == "The file could not be stored. Please try again. 500"
    assert not path.exists()


def test_image_outside_uploads_is_not_sent(plugin: Plugin, bucket: Bucket, tmp_path: Path) -> None:
    path = tmp_path / "preview.jpg"
    path.write_bytes(b"an image")
    assert plugin.run(SAVE, path=str(path)) == str(path)
    assert bucket.requests == []


def test_deletion_removes_files_that_are_on_no_disk(plugin: Plugin, bucket: Bucket) -> None:
    """WordPress deletes the files on its disk, with the filter wp_delete_file, and ignores the others."""
    names = [
        "cover-e1-150x150.jpg",
        "cover-e1.jpg",
        "cover-150x150.jpg",
        "cover.jpg",
        "cover.heic",
        "cover.mp4",
        "cover-poster.jpg",
    ]
    bucket.objects = {f"/media/uploads/2026/11/{name}": b"" for name in [*names, "other.jpg"]}
    here = plugin.write("2026/11/cover-150x150.jpg")
    plugin.run(
        "apply_filters('delete_attachment', 1); return apply_filters('wp_delete_file', $given['here']);",
        here=str(here),
        attached="2026/11/cover-e1.jpg",
        metadata={
            "sizes": {"thumbnail": {"file": "cover-e1-150x150.jpg"}},
            "source_image": "cover.heic",
            "animated_video": "cover.mp4",
            "animated_video_poster": "cover-poster.jpg",
        },
        previous={"full-orig": {"file": "cover.jpg"}, "thumbnail-orig": {"file": "cover-150x150.jpg"}},
    )
    assert list(bucket.objects) == ["/media/uploads/2026/11/other.jpg"]
    assert len(bucket.requests) == len(names)


@pytest.mark.parametrize(("metadata", "previous"), [(False, ""), ({"filesize": 1}, "")])
def test_deletion_of_document_removes_file(
    plugin: Plugin, bucket: Bucket, metadata: object, previous: str
) -> None:
    plugin.run(
        "apply_filters('delete_attachment', 1);",
        attached="2026/11/list.pdf",
        metadata=metadata,
        previous=previous,
    )
    assert bucket.requests == ["DELETE /media/uploads/2026/11/list.pdf"]


@pytest.fixture
def blog(bucket: Bucket, tmp_path: Path) -> Iterator[str]:
    """Address of a server that answers requests for media, with less memory than a large file has."""
    (tmp_path / "index.php").write_text(
        "<?php const BOOKSTORE_UPLOADS_BUCKET = 'media', BOOKSTORE_REGION = 'eu-west-1';"
        f"require '{CLASSES}/class-bookstore-bucket.php'; require '{CLASSES}/class-bookstore-media.php';"
        "Bookstore_Media::answer_if_asked(); echo 'a page';"
    )
    address = f"127.0.0.1:{free_base()}"
    command = ["php", "-d", "memory_limit=8M", "-S", address, str(tmp_path / "index.php")]
    environment = {"AWS_ENDPOINT_URL_S3": bucket.url}
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as server:
        wait_until(
            lambda: answers(f"http://{address}/"), TIMEOUT_SECONDS, lambda: "PHP's server did not start"
        )
        yield f"http://{address}"
        server.terminate()


def test_large_file_needs_little_memory(blog: str, bucket: Bucket) -> None:
    content = bytes(range(256)) * 64 * 1024
    bucket.objects = {"/media/uploads/2026/11/large.jpg": content}
    answered = httpx.get(f"{blog}/media/2026/11/large.jpg", trust_env=False)
    assert (answered.status_code, answered.content == content) == (200, True)
    assert answered.headers["content-type"] == "image/jpeg"
    assert "immutable" in answered.headers["cache-control"]


def test_incomplete_file_is_not_complete_for_caches(blog: str, bucket: Bucket) -> None:
    bucket.objects, bucket.cut_bytes = {"/media/uploads/2026/11/cover.jpg": b"the first part"}, 100
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{blog}/media/2026/11/cover.jpg", trust_env=False)


@pytest.mark.parametrize("path", ["2026/11/none.jpg", "..%2fwp-config.php", "2026/11/"])
def test_missing_file_is_not_cached(blog: str, path: str) -> None:
    answered = httpx.get(f"{blog}/media/{path}", trust_env=False)
    assert (answered.status_code, answered.headers["cache-control"]) == (404, "no-store")
