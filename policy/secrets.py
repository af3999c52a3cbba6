"""`python -m policy.secrets`: detect-secrets over what is checked in, and over the Terraform of settings/example.toml,
as it stands, with everything turned on, and with the other source of delivery.

Whatever it takes for a secret must be explained in not_secret.toml, by its value, which is no secret then. Terraform
is full of hashes of files, so what merely looks random is not looked for there.
"""

import hashlib
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from policy.synthesized import ENVIRONMENTS, synthesized
from policy.tools import programs

EXPLAINED = Path(__file__).with_name("not_secret.toml")
TEXTS = "web/src/locales/"
"""What people read: "Password" stands beside a word there, and a word is what it is called in another language."""
PLANTED = "planted.json"
RANDOM_LOOKING = ("HexHighEntropyString", "Base64HighEntropyString")


class BlindError(Exception):
    """The scan does not find what is there."""


@dataclass(frozen=True)
class Finding:
    """Where something looks like a secret, and the hash by which it is known."""

    place: str
    kind: str
    hash: str


def main() -> int:
    """Scan, and print what is not explained, or explained in vain; the result is the exit code."""
    explained = {hash_of(value): value for value in tomllib.loads(EXPLAINED.read_text())}
    found = [*scan(checked_in()), *terraform()]
    return show(found, explained)


def show(found: Sequence[Finding], explained: Mapping[str, str]) -> int:
    """Print, and tell by 1 that something is wrong."""
    secret = [finding for finding in found if finding.hash not in explained]
    for finding in secret:
        print(
            f"{finding.place}: {finding.kind}; take it out, and change it where it is used. "
            f"If it is no secret, say why in {EXPLAINED.name}"
        )
    idle = explained.keys() - {finding.hash for finding in found}
    for hash_ in idle:
        print(f"{EXPLAINED.name} explains what is not there: {explained[hash_]!r}")
    print(f"{len(secret)} secrets; {len(found)} places that look like one are explained")
    return int(bool(secret or idle))


def hash_of(value: str) -> str:
    """As detect-secrets identifies what it finds."""
    return hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest()


def checked_in() -> list[str]:
    """Every file that git has."""
    listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
    return [
        path
        for path in listed.split("\0")
        if path and not path.startswith(TEXTS) and path != f"policy/{EXPLAINED.name}"
    ]


def terraform() -> Iterator[Finding]:
    """What synths for AWS write."""
    for environment in ENVIRONMENTS:
        with synthesized(environment) as folder:
            yield from scan_terraform(folder)


def scan_terraform(folder: Path) -> Iterator[Finding]:
    """What looks like a secret in a synth.

    A file with one planted in it lies beside the others: a scan that passes over files finds nothing, and says so.

    Raises:
        BlindError: the planted one was not found.
    """
    (folder / PLANTED).write_text(json.dumps({"access_key": f"AKIA{'X7' * 8}"}))
    files = [str(file.relative_to(folder)) for file in (folder / PLANTED, *folder.rglob("cdk.tf.json"))]
    # From the folder: detect-secrets looks at nothing outside of the one it is run in, nor at what git does not know.
    found = scan(["--all-files", *files], without=RANDOM_LOOKING, folder=folder)
    if not any(finding.place.startswith(PLANTED) for finding in found):
        raise BlindError(f"detect-secrets did not find what was planted in {folder / PLANTED}")
    return (finding for finding in found if not finding.place.startswith(PLANTED))


def scan(files: Sequence[str], without: Sequence[str] = (), folder: Path = Path()) -> list[Finding]:
    """What looks like a secret in these files of a folder."""
    disabled = [part for plugin in without for part in ("--disable-plugin", plugin)]
    command = [str(programs("detect-secrets") / "detect-secrets"), "scan", "--no-verify", *disabled, *files]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)
    return [
        Finding(f"{path}:{finding['line_number']}", finding["type"], finding["hashed_secret"])
        for path, findings in json.loads(done.stdout)["results"].items()
        for finding in findings
    ]


if __name__ == "__main__":
    sys.exit(main())
