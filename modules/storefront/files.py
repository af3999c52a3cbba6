"""Uploads a build of the storefront."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cdktf import Fn, ITerraformDependable, Token
from cdktf_cdktf_provider_aws.s3_object import S3Object
from constructs import Construct

from modules.support.stack_files import stack_folder

HASHED = "assets/"
"""Vite puts files here whose names hold a hash of their content."""

ENTRY = f"{HASHED}index-"
"""So begin the names of the script and the style sheet that every shopper loads, see encode.js."""

BROTLI = ".br"
"""Suffix of a file's copy that the build has compressed."""

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
    """Every file of a build as an object, with its content type and how long browsers may keep it.

    Terraform uploads them from a copy in the stack's folder, whose paths stay the same from build to build: a file is
    uploaded again when its content has changed.
    """

    _FOLDER = Path("web")

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        dist: Path,
        bucket: str,
        config: dict[str, Any],
        after: Sequence[ITerraformDependable],
    ) -> None:
        """Upload `dist` and `config` once `after` exists.

        Raises FileNotFoundError without a build or without the compressed copies of the entry, ValueError for a
        file of unknown type or in a folder that the distribution takes for one of the shop's addresses.
        """
        super().__init__(scope, id)
        if not (dist / "index.html").is_file():
            raise FileNotFoundError(f"{dist} holds no build of the storefront. Run: make web")
        _require_copies(dist)
        self._bucket = bucket
        self._folder = stack_folder(self)
        parts: list[ITerraformDependable] = [
            self._file(dist, path, after)
            for path in sorted(path for path in dist.rglob("*") if path.is_file())
            if path.relative_to(dist).as_posix() not in ("index.html", "config.json")
        ]
        parts.append(
            S3Object(
                self,
                "config",
                bucket=bucket,
                key="config.json",
                content=Fn.jsonencode(_with_nulls(config)),
                content_type=CONTENT_TYPES[".json"],
                cache_control="no-cache",
                depends_on=list(after),
            )
        )
        # Last, because it names the others: nobody is sent to a file that is not there yet.
        self._file(dist, dist / "index.html", parts)

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
            depends_on=list(after),
            # Files of the last build go after the new index.html is up, not before.
            lifecycle={"create_before_destroy": True},
        )


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _with_nulls(config: dict[str, Any]) -> dict[str, Any]:
    """The same for Terraform, to which a key with None is a key that is not there."""
    return {key: Token.null_value() if value is None else value for key, value in config.items()}


def _require_copies(dist: Path) -> None:
    """Whoever takes Brotli would find nothing where a copy is missing."""
    for path in dist.glob(f"{ENTRY}*"):
        if path.suffix != BROTLI and not path.with_name(path.name + BROTLI).is_file():
            raise FileNotFoundError(f"{path} has no compressed copy beside it. Run: make web")


def content_type(path: Path) -> str:
    """Media type of a file, compressed or not, by its suffix. Raises ValueError when the suffix is not listed."""
    try:
        return CONTENT_TYPES[Path(path.stem if path.suffix == BROTLI else path.name).suffix]
    except KeyError:
        raise ValueError(f"{path}: unknown type of file; add its suffix to CONTENT_TYPES") from None


def cache_control(key: str) -> str:
    """A year for what never changes under its name, nothing for the entry point, an hour for the rest."""
    if key.startswith(HASHED):
        return "public, max-age=31536000, immutable"
    return "no-cache" if key == "index.html" else "public, max-age=3600"
