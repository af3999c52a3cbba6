"""Uploads a build of the web app, and its configuration."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cdktf import Fn, ITerraformDependable, Token
from cdktf_cdktf_provider_aws.s3_object import S3Object
from constructs import Construct

from modules.storefront.pages import put_robots
from modules.support.stack_files import stack_folder

HASHED = "assets/"
"""Folder of the files whose names contain a hash of their content."""

ENTRY = f"{HASHED}index-"
"""Prefix of the script and the style sheet that every page loads, see encode.js."""

BROTLI = ".br"
"""Suffix of files that the build has compressed."""

CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}


class WebFiles(Construct):
    """The files of a build as S3 objects with content type and cache control.

    Terraform uploads copies in the stack's folder. Their paths don't change between builds, so only changed files are
    uploaded.
    """

    _FOLDER = Path("web")

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        dist: Path,
        bucket: str,
        domain: str,
        after: Sequence[ITerraformDependable] = (),
    ) -> None:
        """Create the objects. `index.html` is uploaded last, because it refers to the others.

        Args:
            dist: Folder with a build.
            bucket: Name of the bucket.
            domain: Domain of the storefront, for robots.txt.
            after: Resources that must exist before `index.html`, in addition to the build's other files.

        Raises:
            FileNotFoundError: there is no build, or a compressed file is missing.
            ValueError: a file has an unknown type, or is in a folder that route.js rewrites to `index.html`.
        """
        super().__init__(scope, id)
        if not (dist / "index.html").is_file():
            raise FileNotFoundError(f"{dist} contains no build of the storefront. Run: make web")
        _require_copies(dist)
        self._bucket = bucket
        self._folder = stack_folder(self)
        parts: list[ITerraformDependable] = [
            self._file(dist, path, ())
            for path in sorted(path for path in dist.rglob("*") if path.is_file())
            if path.relative_to(dist).as_posix() not in ("index.html", "config.json")
        ]
        parts.append(put_robots(self, bucket=bucket, domain=domain))
        self._file(dist, dist / "index.html", [*parts, *after])

    def _file(self, dist: Path, path: Path, after: Sequence[ITerraformDependable]) -> S3Object:
        key = path.relative_to(dist).as_posix()
        if "/" in key and not key.startswith(HASHED):
            raise ValueError(f"{key}: files belong at the root or in {HASHED}, see route.js")
        source = self._FOLDER / key
        content = path.read_bytes()
        _write(self._folder / source, content)
        return S3Object(
            self,
            f"file-{key}",
            bucket=self._bucket,
            key=key,
            source=source.as_posix(),
            source_hash=hashlib.sha256(content).hexdigest(),
            content_type=content_type(path),
            content_encoding="br" if path.suffix == BROTLI else None,
            cache_control=cache_control(key),
            # The delivery uploads files without tags (modules/delivery/deploy.yml). With the provider's default tags,
            # each plan after a delivery would have changes.
            override_provider={"default_tags": {"tags": {}}},
            depends_on=list(after),
            # The files of the last build are deleted after the new index.html is uploaded.
            lifecycle={"create_before_destroy": True},
        )


def put_config(
    scope: Construct, *, bucket: str, config: dict[str, Any], after: Sequence[ITerraformDependable]
) -> S3Object:
    """Upload `config.json`, once `after` exists. It names all regions, so it changes when one is added."""
    return S3Object(
        scope,
        "config",
        bucket=bucket,
        key="config.json",
        content=Fn.jsonencode(_with_nulls(config)),
        content_type=CONTENT_TYPES[".json"],
        cache_control="no-cache",
        depends_on=list(after),
    )


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _with_nulls(config: dict[str, Any]) -> dict[str, Any]:
    """Replace None by Terraform's null. CDKTF omits keys whose value is None."""
    return {key: Token.null_value() if value is None else value for key, value in config.items()}


def _require_copies(dist: Path) -> None:
    """Check that every entry file has a compressed copy, which encode.js requires."""
    for path in dist.glob(f"{ENTRY}*"):
        if path.suffix != BROTLI and not path.with_name(path.name + BROTLI).is_file():
            raise FileNotFoundError(f"{path} has no compressed copy. Run: make web")


def root_files(dist: Path) -> list[str]:
    """Return the files at the root of the bucket that are not pages, sorted: those of the build, and config.json."""
    built = {path.name for path in dist.iterdir() if path.is_file() and path.name != "index.html"}
    return sorted(built | {"config.json", "robots.txt"})


def content_type(path: Path) -> str:
    """Return the media type of a file by its suffix, without `.br`.

    Raises:
        ValueError: the suffix is not in `CONTENT_TYPES`.
    """
    try:
        return CONTENT_TYPES[Path(path.stem if path.suffix == BROTLI else path.name).suffix]
    except KeyError:
        raise ValueError(f"{path}: unknown file type; add its suffix to CONTENT_TYPES") from None


def cache_control(key: str) -> str:
    """Return the `Cache-Control` header: a year for hashed names, no caching for index.html, an hour for the rest."""
    if key.startswith(HASHED):
        return "public, max-age=31536000, immutable"
    return "no-cache" if key == "index.html" else "public, max-age=3600"
