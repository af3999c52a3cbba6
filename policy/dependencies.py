"""`python -m policy.dependencies`: no locked package has a known vulnerability that a newer version mends.

pip-audit asks osv.dev, npm its registry. Where such a database cannot be reached, the locks are verified instead:
each package has its version and hash there, and what is installed is what the lock says and what was installed.
"""

import base64
import csv
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from policy.tools import REQUIREMENTS, programs

LOCK = Path("Pipfile.lock")
NODE = (Path(), Path("web"))
PINNED = (*sorted(REQUIREMENTS.glob("*.txt")), Path("localcloud/emulators.txt"))
"""Programs with an environment of their own."""
PATIENCE = 60.0
"""Seconds for a database to answer."""


class UnreachableError(Exception):
    """A database of vulnerabilities does not answer; the message says how that showed."""


@dataclass(frozen=True)
class Vulnerability:
    """A known one, of a package, and whether a newer version is without it."""

    package: str
    name: str
    mended: bool


def main() -> int:
    """Audit both ecosystems; 1 where something is to be done."""
    mistakes: list[str] = []
    for what, ask, verify in (
        ("Python packages", python_vulnerabilities, python_mistakes),
        ("Node packages", node_vulnerabilities, node_mistakes),
    ):
        try:
            known = ask()
        except UnreachableError as reason:
            print(f"{what}: the database of vulnerabilities cannot be reached ({reason}); verifying the lock")
            mistakes += verify()
        else:
            mistakes += judged(what, known)
    for mistake in mistakes:
        print(mistake)
    print("nothing to mend" if not mistakes else f"{len(mistakes)} to mend")
    return int(bool(mistakes))


def judged(what: str, known: list[Vulnerability]) -> list[str]:
    """What is to be mended; the rest is told."""
    for one in known:
        if not one.mended:
            print(f"{what}: {one.package} has {one.name}, and no version without it")
    print(f"{what}: {len(known)} known vulnerabilities")
    return [f"{one.package} has {one.name}: take a newer version" for one in known if one.mended]


def python_vulnerabilities() -> list[Vulnerability]:
    """Of what Pipfile.lock and the tools' own files pin. Raises UnreachableError."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "locked.txt"
        requirements.write_text(
            "".join(f"{name}{entry['version']}\n" for name, entry in locked_python().items())
        )
        files = [f"--requirement={path}" for path in (requirements, *PINNED)]
        options = ["--no-deps", "--disable-pip", "--vulnerability-service=osv", "--format=json"]
        told = answer([str(programs("pip-audit") / "pip-audit"), *options, "--progress-spinner=off", *files])
    require_all(told["dependencies"], locked_python())
    return [
        Vulnerability(f"{package['name']} {package.get('version', '')}", one["id"], bool(one["fix_versions"]))
        for package in told["dependencies"]
        for one in package.get("vulns", ())
    ]


def require_all(told: list[dict[str, Any]], locked: Iterable[str]) -> None:
    """Raises UnreachableError when pip-audit left out or skipped what is locked: silence about it is no good news."""
    asked = {canonical(package["name"]) for package in told if "skip_reason" not in package}
    if unasked := sorted({canonical(name) for name in locked} - asked):
        raise UnreachableError(f"nothing is known of {', '.join(unasked[:5])}")


def node_vulnerabilities() -> list[Vulnerability]:
    """Of what both package-lock.json hold. Raises UnreachableError."""
    found = []
    for folder in NODE:
        told = answer(["npm", "--prefix", str(folder), "audit", "--package-lock-only", "--json"])
        if "vulnerabilities" not in told:
            raise UnreachableError(told.get("message") or told.get("error", {}).get("summary", "no answer"))
        for name, one in told["vulnerabilities"].items():
            causes = [via["url"] for via in one["via"] if isinstance(via, dict)]
            found.append(Vulnerability(name, ", ".join(causes) or one["severity"], bool(one["fixAvailable"])))
    return found


def answer(command: list[str]) -> dict[str, Any]:
    """The JSON that a program prints. Raises UnreachableError when it prints none."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
        told: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise UnreachableError(f"no answer in {PATIENCE:.0f} s") from None
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or ["no answer"]
        raise UnreachableError(last[0][:200]) from None
    return told


def locked_python() -> dict[str, dict[str, Any]]:
    """Every package of Pipfile.lock by its name."""
    lock = json.loads(LOCK.read_text())
    found: dict[str, dict[str, Any]] = {**lock["default"], **lock["develop"]}
    return found


def python_mistakes() -> list[str]:
    """What is wrong with the lock, and with what is installed by it."""
    installed = {canonical(found.metadata["Name"]): found for found in distributions()}
    mistakes = []
    for name, entry in locked_python().items():
        if not entry.get("version", "").startswith("=="):
            mistakes.append(f"{LOCK}: {name} has no version of its own")
        if not any(hash_.startswith("sha256:") for hash_ in entry.get("hashes", ())):
            mistakes.append(f"{LOCK}: {name} has no hash")
        if found := installed.get(canonical(name)):
            if found.version != entry.get("version", "").removeprefix("=="):
                mistakes.append(f"{name} {found.version} is installed, not {entry['version']}: make install")
            mistakes += [f"{name}: {path} is not what was installed" for path in changed(found)]
    if not mistakes:
        print(f"Python packages: {len(locked_python())} are locked, each with its hashes")
    return mistakes


def canonical(name: str) -> str:
    """A package's name as PEP 503 writes it."""
    return name.lower().replace("_", "-").replace(".", "-")


def changed(distribution: Distribution) -> Iterator[str]:
    """Files of a package that are not what its record says: pip compared the record's source with the lock's hash."""
    record = distribution.read_text("RECORD")
    for path, hash_, _ in csv.reader((record or "").splitlines()):
        algorithm, _, wanted = hash_.partition("=")
        if algorithm != "sha256" or path.startswith(".."):  # a program in bin, which names its environment
            continue
        file = Path(str(distribution.locate_file(path)))
        digest = hashlib.sha256(file.read_bytes()).digest() if file.exists() else b""
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != wanted:
            yield path


def node_mistakes() -> list[str]:
    """Packages without a hash, and installed ones that have another than the lock."""
    mistakes = []
    for folder in NODE:
        locked = node_packages(folder / "package-lock.json")
        installed = node_packages(folder / "node_modules/.package-lock.json")
        mistakes += [
            f"{folder}/package-lock.json: {name} has no hash" for name, hash_ in locked.items() if not hash_
        ]
        mistakes += [
            f"{folder / name} is not what package-lock.json says: npm ci"
            for name, hash_ in installed.items()
            if hash_ != locked.get(name)
        ]
    if not mistakes:
        print("Node packages: all are locked, each with its hash")
    return mistakes


def node_packages(lock: Path) -> dict[str, str]:
    """Hash by where a package lies; none are in a lock that is not there."""
    if not lock.exists():
        return {}
    return {
        name: package.get("integrity", "")
        for name, package in json.loads(lock.read_text())["packages"].items()
        if name and not package.get("link") and not package.get("inBundle")
    }


if __name__ == "__main__":
    sys.exit(main())
