"""Files in a stack's folder: reproducible zip archives of Lambda code, and the folder itself."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from cdktf import App, TerraformStack
from constructs import Construct

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_READABLE_FILE = 0o100644 << 16


def stack_folder(scope: Construct) -> Path:
    """Return the folder that the stack of `scope` is synthesized into.

    Terraform runs in this folder. HCP Terraform uploads nothing from outside of it, so every file that a stack refers
    to must be below it.
    """
    return Path(App.of(scope).outdir, "stacks", TerraformStack.of(scope).node.id)


class UnfitPackageError(Exception):
    """A package cannot be put into an archive. The message says why."""


@dataclass(frozen=True)
class Archive:
    """A zip file with a function's code.

    The bytes don't depend on the machine, the date or the folder. CDKTF's own asset archives contain modification
    times, so every checkout would cause a deployment.
    """

    name: str
    """Name of the file, without `.zip`."""
    content: bytes
    """The zip file itself."""

    @property
    def sha256(self) -> str:
        """Hash in base64, as Lambda's `source_code_hash` expects it."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()

    @property
    def key(self) -> str:
        """Name that differs for other content, for an object that is never overwritten."""
        return f"{self.name}/{hashlib.sha256(self.content).hexdigest()[:32]}.zip"

    def write_into(self, folder: Path) -> str:
        """Write the file below a stack's `folder` and return its path relative to that folder."""
        relative = Path("archives", f"{self.name}.zip")
        file = folder / relative
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self.content)
        return relative.as_posix()


class Archives:
    """Builds the archive of each domain once, for all functions and regions that use it."""

    def __init__(self, sources: Path, shared: Sequence[str] = ("runtime", "shop")) -> None:
        """Read code from a folder.

        Args:
            sources: Folder with one folder per domain.
            shared: Names of the folders that every archive contains.
        """
        self._sources = sources
        self._shared = tuple(shared)
        self._built: dict[tuple[str, tuple[str, ...]], Archive] = {}

    def of(self, domain: str, *, packages: Sequence[str] = ()) -> Archive:
        """Return the archive of `domain` with the installed distributions in `packages`.

        Raises:
            UnfitPackageError: a package contains code compiled for one platform.
        """
        key = (domain, tuple(packages))
        if key not in self._built:
            files = dict(self._domain(domain))
            for package in packages:
                files.update(_package(package))
            self._built[key] = Archive(domain, _zip(files))
        return self._built[key]

    def _domain(self, domain: str) -> Iterator[tuple[str, Path]]:
        for folder in (*self._shared, domain):
            for file in (self._sources / folder).rglob("*.py"):
                yield file.relative_to(self._sources).as_posix(), file


def _package(name: str) -> Iterator[tuple[str, Path]]:
    for file in metadata.files(name) or ():
        if file.suffix in {".so", ".pyd"}:
            raise UnfitPackageError(
                f"{name} contains {file}, compiled for this platform; an archive must run on both architectures"
            )
        if file.suffix == ".py":
            yield file.as_posix(), Path(str(file.locate()))


def _zip(files: dict[str, Path]) -> bytes:
    buffer = io.BytesIO()
    # Stored, not deflated: versions of zlib compress differently, and every machine must produce the same bytes.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, file in sorted(files.items()):
            entry = zipfile.ZipInfo(name, date_time=_EARLIEST)
            entry.external_attr = _READABLE_FILE
            entry.create_system = 3  # Unix on every platform: the value is part of the bytes
            archive.writestr(entry, file.read_bytes())
    return buffer.getvalue()
