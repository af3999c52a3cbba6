"""Ports and folders of a local cloud."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
DEFAULT_PORT_BASE = 4560


@dataclass(frozen=True)
class Layout:
    """Ports and folders of one local cloud. A second one with another base and folder can run beside it.

    `base` is the first of about sixty ports, all on loopback. All files are below `directory`.
    """

    base: int
    directory: Path

    @classmethod
    def from_environment(cls) -> "Layout":
        """Read PORT_BASE and LOCAL_DIR. Raises ValueError for an invalid base."""
        text = os.environ.get("PORT_BASE") or str(DEFAULT_PORT_BASE)
        if not text.isdecimal() or not 1024 <= int(text) <= 65000:
            raise ValueError(f"PORT_BASE is {text!r}: choose a number from 1024 to 65000")
        return cls(base=int(text), directory=ROOT / os.environ.get("LOCAL_DIR", ".local"))

    @property
    def storefront(self) -> int:
        """Port of the storefront (CloudFront)."""
        return self.base

    @property
    def api(self) -> int:
        """Port of `api.<domain>`."""
        return self.base + 1

    @property
    def control_room(self) -> int:
        """Port of the control room and of the edge's control API."""
        return self.base + 2

    @property
    def blog(self) -> int:
        """Port of `blog.<domain>`."""
        return self.base + 3

    @property
    def aws(self) -> int:
        """Port of MiniStack."""
        return self.base + 6

    def regional_api(self, index: int) -> int:
        """Port of `api-<region>.<domain>` for the region at `index` in the settings."""
        return self.base + 10 + index

    def redis(self, index: int) -> int:
        """Port of the Redis server of the region at `index`."""
        return self.base + 20 + index

    def wordpress(self, index: int) -> int:
        """Port of the WordPress of the region at `index`."""
        return self.base + 30 + index

    def mariadb(self, index: int) -> int:
        """Port of the blog's database server of the region at `index`."""
        return self.base + 40 + index

    def regional_blog(self, index: int) -> int:
        """Port of the blog's load balancer in the region at `index`."""
        return self.base + 50 + index

    @property
    def aurora_writer(self) -> int:
        """Port that forwards to the blog's writer database."""
        return self.base + 5

    @property
    def rds(self) -> int:
        """Port of the proxy in front of the emulator's RDS API (see blog/aurora.py)."""
        return self.base + 9

    @property
    def cloud(self) -> Path:
        """Run-time files: logs, process records, emulator state, synthesized Terraform."""
        return self.directory / "cloud"

    @property
    def endpoints(self) -> Path:
        """JSON file with all addresses, for tests and tools."""
        return self.directory / "endpoints.json"

    @property
    def blog_missing(self) -> Path:
        """File that exists while this machine cannot run the blog; it contains the reason."""
        return self.cloud / "blog-missing"

    @property
    def outputs(self) -> Path:
        """Copy of every stack's Terraform outputs after the last deployment."""
        return self.cloud / "outputs.json"

    @property
    def requests(self) -> Path:
        """The recorded requests of the emulator, with RECORD_REQUESTS=1."""
        return self.cloud / "requests.jsonl"

    @property
    def synthesized(self) -> Path:
        """Synthesized Terraform. Separate from the checkout's cdktf.out, which is for AWS."""
        return self.cloud / "cdktf.out"

    @property
    def emulators(self) -> Path:
        """Virtual environment of the emulators, shared by every local cloud of this checkout."""
        return ROOT / ".local" / "emulators"

    def redis_password(self) -> str:
        """Password of every Redis server of this local cloud. Created on first use."""
        return self._secret("redis-password")

    def _secret(self, name: str) -> str:
        path = self.cloud / name
        if not path.exists():
            write_private(path, secrets.token_urlsafe(24))
        return path.read_text(encoding="utf-8")

    def log(self, part: str) -> Path:
        """Log file of a part."""
        return self.cloud / "logs" / f"{part}.log"


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def url(port: int) -> str:
    """Address of a loopback port. An IP address avoids differences in how clients resolve names."""
    return f"http://{HOST}:{port}"
