"""The starter of the browser tests' Chromium."""

import os
import subprocess
from pathlib import Path

from tests.support.chromium import STARTER


def test_starter_adds_to_disabled_features(tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    browser.chmod(0o755)
    given = ["--headless", "--disable-features=PaintHolding,Lens", "--user-data-dir=/tmp/a b", "about:blank"]
    started = subprocess.run(
        [STARTER, *given],
        env={**os.environ, "CHROMIUM": str(browser)},
        capture_output=True,
        text=True,
        check=True,
    )
    added = "--disable-features=PaintHolding,Lens,WebUIOmniboxPopup,WebUIOmniboxAimPopup"
    assert started.stdout.splitlines() == [given[0], added, *given[2:]]
