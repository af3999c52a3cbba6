"""The zip of a function's code, the same bytes for the same sources."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_READABLE_FILE = 0o100644 << 16


class UnfitPackageError(Exception):
    """A package that cannot go into an archive; the message says why."""


@dataclass(frozen=True)
class Archive:
    """A function's code. It does not change with the machine, the day or the folder it is made in.

    CDKTF's own asset archives carry the files' modification times, so that every checkout would deploy anew.
    """

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash that Lambda compares, in base64."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()

    def write_into(self, folder: Path) -> str:
        """Write it below a stack's `folder`, see `modules.support.stack_folder`; returns the path from there."""
        relative = Path("archives", f"{self.name}.zip")
        file = folder / relative
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self.content)
        return relative.as_posix()


class Archives:
    """Makes the archive of each domain, once however many functions and regions use it."""

    def __init__(self, sources: Path) -> None:
        """`sources` holds a folder for each domain, and `shop`, which all domains share."""
        self._sources = sources
        self._made: dict[tuple[str, tuple[str, ...]], Archive] = {}

    def of(self, domain: str, *, packages: Sequence[str] = ()) -> Archive:
        """The code of `domain` with the distributions it names, as they are installed here.

        Raises:
            UnfitPackageError: a package holds code compiled for one platform.
        """
        key = (domain, tuple(packages))
        if key not in self._made:
            files = dict(self._domain(domain))
            for package in packages:
                files.update(_package(package))
            self._made[key] = Archive(domain, _zip(files))
        return self._made[key]

    def _domain(self, domain: str) -> Iterator[tuple[str, Path]]:
        for folder in ("shop", domain):
            for file in (self._sources / folder).rglob("*.py"):
                yield file.relative_to(self._sources).as_posix(), file


def _package(name: str) -> Iterator[tuple[str, Path]]:
    for file in metadata.files(name) or ():
        if file.suffix in {".so", ".pyd"}:
            raise UnfitPackageError(
                f"{name} holds {file}, compiled for this platform: one archive must fit all"
            )
        if file.suffix == ".py":
            yield file.as_posix(), Path(str(file.locate()))


def _zip(files: dict[str, Path]) -> bytes:
    buffer = io.BytesIO()
    # Stored, not deflated: zlib's versions compress differently, and every machine must give these bytes.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, file in sorted(files.items()):
            entry = zipfile.ZipInfo(name, date_time=_EARLIEST)
            entry.external_attr = _READABLE_FILE
            entry.create_system = 3  # Unix, also where Python would say Windows: it is part of the bytes
            archive.writestr(entry, file.read_bytes())
    return buffer.getvalue()
