"""Synthesizes the environment of the settings file that SETTINGS names; `main.py ci` synthesizes GitHub's roles."""

import os
import sys

from modules.support import fast_synth
from stacks.settings import Settings, SettingsError


def main() -> int:
    """Write the Terraform. Returns 2 when the settings are wrong, 1 when the storefront is not built."""
    try:
        settings = Settings.load(os.environ.get("SETTINGS", "settings/local.toml"))
        fast_synth.enable()
        # After fast_synth, since they import CDKTF.
        if sys.argv[1:] == ["ci"]:
            from stacks.ci_stack import synthesize_ci

            synthesize_ci(settings)
        else:
            from stacks.app import synthesize

            synthesize(settings)
    except (SettingsError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, SettingsError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
