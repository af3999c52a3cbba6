"""`python -m policy.dependencies`: no locked package has a known vulnerability with a fix.

pip-audit queries osv.dev, npm its registry. If a database cannot be reached, the locks are verified instead: each
package has a version and a hash, and the installed files match the lock and their own record.
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
TIMEOUT_SECONDS = 60.0
"""Seconds for a database to answer."""


class UnreachableError(Exception):
    """A vulnerability database does not answer; the message has the details."""


@dataclass(frozen=True)
class Vulnerability:
    """A known vulnerability of a package, and whether a newer version fixes it."""

    package: str
    name: str
    fixed: bool


def main() -> int:
    """Audit both ecosystems; returns 1 if there is something to fix."""
    mistakes: list[str] = []
    for what, query, verify in (
        ("Python packages", python_vulnerabilities, python_mistakes),
        ("Node packages", node_vulnerabilities, node_mistakes),
    ):
        try:
            known = query()
        except UnreachableError as reason:
            print(f"{what}: the vulnerability database cannot be reached ({reason}); verifying the lock")
            mistakes += verify()
        else:
            mistakes += judged(what, known)
    for mistake in mistakes:
        print(mistake)
    print("nothing to fix" if not mistakes else f"{len(mistakes)} to fix")
    return int(bool(mistakes))


def judged(what: str, known: list[Vulnerability]) -> list[str]:
    """The vulnerabilities with a fix, one line each; prints the others."""
    for one in known:
        if not one.fixed:
            print(f"{what}: {one.package} has {one.name}, without a fix")
    print(f"{what}: {len(known)} known vulnerabilities")
    return [f"{one.package} has {one.name}: take a newer version" for one in known if one.fixed]


def python_vulnerabilities() -> list[Vulnerability]:
    """Vulnerabilities of what Pipfile.lock and the tools' files pin. Raises UnreachableError."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "locked.txt"
        requirements.write_text("".join(requirement(*entry) for entry in locked_python().items()))
        files = [f"--requirement={path}" for path in (requirements, *PINNED)]
        options = ["--no-deps", "--disable-pip", "--vulnerability-service=osv", "--format=json"]
        report = answer(
            [str(programs("pip-audit") / "pip-audit"), *options, "--progress-spinner=off", *files]
        )
    require_all(report["dependencies"], locked_python())
    return [
        Vulnerability(f"{package['name']} {package.get('version', '')}", one["id"], bool(one["fix_versions"]))
        for package in report["dependencies"]
        for one in package.get("vulns", ())
    ]


def requirement(name: str, entry: dict[str, Any]) -> str:
    """A line of a requirements file for an entry of the lock. pip-audit wants hashes in all files or in none."""
    hashes = " ".join(f"--hash={each}" for each in entry["hashes"])
    return f"{name}{entry['version']} {hashes}\n"


def require_all(reported: list[dict[str, Any]], locked: Iterable[str]) -> None:
    """Raises UnreachableError if pip-audit omitted or skipped a locked package."""
    audited = {canonical(package["name"]) for package in reported if "skip_reason" not in package}
    if missing := sorted({canonical(name) for name in locked} - audited):
        raise UnreachableError(f"no answer for {', '.join(missing[:5])}")


def node_vulnerabilities() -> list[Vulnerability]:
    """Vulnerabilities of both package-lock.json. Raises UnreachableError."""
    found = []
    for folder in NODE:
        report = answer(["npm", "--prefix", str(folder), "audit", "--package-lock-only", "--json"])
        if "vulnerabilities" not in report:
            message = report.get("message") or report.get("error", {}).get("summary", "no answer")
            raise UnreachableError(message)
        for name, one in report["vulnerabilities"].items():
            causes = [via["url"] for via in one["via"] if isinstance(via, dict)]
            found.append(Vulnerability(name, ", ".join(causes) or one["severity"], bool(one["fixAvailable"])))
    return found


def answer(command: list[str]) -> dict[str, Any]:
    """JSON output of a program. Raises UnreachableError if there is none."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=TIMEOUT_SECONDS)
        printed: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise UnreachableError(f"no answer in {TIMEOUT_SECONDS:.0f} s") from None
    except ValueError:
        last = done.stderr.strip().splitlines()[-1:] or ["no answer"]
        raise UnreachableError(last[0][:200]) from None
    return printed


def locked_python() -> dict[str, dict[str, Any]]:
    """Entries of Pipfile.lock by package name."""
    lock = json.loads(LOCK.read_text())
    found: dict[str, dict[str, Any]] = {**lock["default"], **lock["develop"]}
    return found


def python_mistakes() -> list[str]:
    """Differences between the lock, the installed packages and their records."""
    installed = {canonical(found.metadata["Name"]): found for found in distributions()}
    mistakes = []
    for name, entry in locked_python().items():
        if not entry.get("version", "").startswith("=="):
            mistakes.append(f"{LOCK}: {name} has no exact version")
        if not any(hash_.startswith("sha256:") for hash_ in entry.get("hashes", ())):
            mistakes.append(f"{LOCK}: {name} has no hash")
        if found := installed.get(canonical(name)):
            if found.version != entry.get("version", "").removeprefix("=="):
                mistakes.append(f"{name} {found.version} is installed, not {entry['version']}: make install")
            mistakes += [f"{name}: {path} changed after its installation" for path in changed(found)]
    if not mistakes:
        print(f"Python packages: {len(locked_python())} are locked, each with its hashes")
    return mistakes


def canonical(name: str) -> str:
    """Name of a package, normalized by PEP 503."""
    return name.lower().replace("_", "-").replace(".", "-")


def changed(distribution: Distribution) -> Iterator[str]:
    """Files that differ from the package's record. Pip verified the record's source with the lock's hash."""
    record = distribution.read_text("RECORD")
    for path, hash_, _ in csv.reader((record or "").splitlines()):
        algorithm, _, wanted = hash_.partition("=")
        if algorithm != "sha256" or path.startswith(
            ".."
        ):  # a program in bin contains the path of its environment
            continue
        file = Path(str(distribution.locate_file(path)))
        digest = hashlib.sha256(file.read_bytes()).digest() if file.exists() else b""
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != wanted:
            yield path


def node_mistakes() -> list[str]:
    """Packages without a hash, and installed packages whose hash differs from the lock."""
    mistakes = []
    for folder in NODE:
        locked = node_packages(folder / "package-lock.json")
        installed = node_packages(folder / "node_modules/.package-lock.json")
        mistakes += [
            f"{folder}/package-lock.json: {name} has no hash" for name, hash_ in locked.items() if not hash_
        ]
        mistakes += [
            f"{folder / name} differs from package-lock.json: run npm ci"
            for name, hash_ in installed.items()
            if hash_ != locked.get(name)
        ]
    if not mistakes:
        print("Node packages: all are locked, each with its hash")
    return mistakes


def node_packages(lock: Path) -> dict[str, str]:
    """Hashes by path of the package; empty if there is no lock."""
    if not lock.exists():
        return {}
    return {
        name: package.get("integrity", "")
        for name, package in json.loads(lock.read_text())["packages"].items()
        if name and not package.get("link") and not package.get("inBundle")
    }


if __name__ == "__main__":
    sys.exit(main())
