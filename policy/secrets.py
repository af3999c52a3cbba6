"""Runs detect-secrets on the repository and on the Terraform of settings/example.toml.

not_secret.toml lists the false positives by value, with a reason. Terraform contains hashes of files, so the detectors
of random strings are off there.
"""

import hashlib
import json
import subprocess
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from policy.tools import programs

EXPLAINED = Path(__file__).with_name("not_secret.toml")
TEXTS = "web/src/locales/"
"""Translations: "Password" stands beside its translation, which looks like a password."""
LINES = "lines.json"
"""File with the lines of all synths, each once."""
PLANTED = "planted"
PINNED = ("localcloud/emulators.txt", "policy/*.txt")
"""Lists of packages with their hashes. Lock files, which detect-secrets knows by their names, it skips itself."""
RANDOM_LOOKING = ("HexHighEntropyString", "Base64HighEntropyString")


class BlindError(Exception):
    """The scan did not find the planted secret."""


@dataclass(frozen=True)
class Finding:
    """A possible secret: its place, kind and hash."""

    place: str
    kind: str
    hash: str


def explained() -> dict[str, str]:
    """False positives by hash."""
    return {hash_of(value): value for value in tomllib.loads(EXPLAINED.read_text())}


def show(found: Sequence[Finding], explained: Mapping[str, str]) -> int:
    """Print the findings; 1 if one is unexplained or an explanation is unused."""
    secret = [finding for finding in found if finding.hash not in explained]
    for finding in secret:
        print(
            f"{finding.place}: {finding.kind}; remove it, and replace it where it is used. "
            f"If it is not a secret, add it to {EXPLAINED.name} with a reason"
        )
    idle = explained.keys() - {finding.hash for finding in found}
    for hash_ in idle:
        print(f"{EXPLAINED.name}: remove the unused {explained[hash_]!r}")
    print(f"{len(secret)} secrets; {len(found)} places that look like one are explained")
    return int(bool(secret or idle))


def hash_of(value: str) -> str:
    """Hash by which detect-secrets identifies a finding."""
    return hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest()


def checked_in() -> list[str]:
    """Every file in git, without translations and lists of hashes."""
    without = [f":(exclude){pattern}" for pattern in PINNED]
    command = ["git", "ls-files", "-z", "--", *without]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [
        path
        for path in listed.split("\0")
        if path and not path.startswith(TEXTS) and path != f"policy/{EXPLAINED.name}"
    ]


def scan_terraform(folder: Path) -> Iterator[Finding]:
    """Possible secrets in the synths of a folder, each at the first place of its line: most lines are in many stacks.

    A planted secret shows that the scan reads the lines.

    Raises:
        BlindError: the planted secret was not found.
    """
    places = {json.dumps({"access_key": f"AKIA{'X7' * 8}"}): PLANTED}
    for file in sorted(folder.rglob("cdk.tf.json")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            places.setdefault(line, f"{file.relative_to(folder)}:{number}")
    (folder / LINES).write_text("\n".join(places), encoding="utf-8")
    place_of_line = list(places.values())
    # detect-secrets reads only files inside its working directory, and with --all-files those outside git.
    found = [
        replace(finding, place=place_of_line[int(finding.place.removeprefix(f"{LINES}:")) - 1])
        for finding in scan(["--all-files", LINES], without=RANDOM_LOOKING, folder=folder)
    ]
    if not any(finding.place == PLANTED for finding in found):
        raise BlindError(f"detect-secrets did not find what was planted in {folder / LINES}")
    return (finding for finding in found if finding.place != PLANTED)


def scan(files: Sequence[str], without: Sequence[str] = (), folder: Path = Path()) -> list[Finding]:
    """Possible secrets in these files of a folder."""
    disabled = [part for plugin in without for part in ("--disable-plugin", plugin)]
    command = [str(programs("detect-secrets") / "detect-secrets"), "scan", "--no-verify", *disabled, *files]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)
    return [
        Finding(f"{path}:{finding['line_number']}", finding["type"], finding["hashed_secret"])
        for path, findings in json.loads(done.stdout)["results"].items()
        for finding in findings
    ]
