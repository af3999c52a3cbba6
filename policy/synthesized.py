"""The Terraform that goes to AWS, as the checks look at it: settings/example.toml as it stands, with everything turned
on that is off by default, and with the other source of delivery.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SETTINGS = "settings/example.toml"

ENVIRONMENTS: tuple[Mapping[str, str], ...] = (
    {},
    {
        "BOOKSTORE_FEATURES__BLOG": "true",
        "BOOKSTORE_FEATURES__DELIVERY": "true",
        "BOOKSTORE_FEATURES__WAF": "true",
        "BOOKSTORE_BLOG__IMAGE_TAG": "1",
        "BOOKSTORE_BLOG__NAT": "true",
        "BOOKSTORE_DELIVERY__REPOSITORY": "someone/bookstore",
    },
    {
        "BOOKSTORE_FEATURES__DELIVERY": "true",
        "BOOKSTORE_DELIVERY__SOURCE": "codecommit",
        "BOOKSTORE_DELIVERY__REPOSITORY": "bookstore",
    },
)
"""What wins over the file, for each check."""


@contextmanager
def synthesized(environment: Mapping[str, str]) -> Iterator[Path]:
    """The folder of a synth with these variables; it is gone afterwards.

    Raises:
        subprocess.CalledProcessError: the synth failed; its message has been printed.
    """
    with tempfile.TemporaryDirectory(prefix="policy-") as folder:
        told = {**os.environ, "CDKTF_OUTDIR": folder, "SETTINGS": SETTINGS, **environment}
        subprocess.run([sys.executable, "main.py"], env=told, check=True)
        yield Path(folder)
