"""Synthesizes the environment of the settings file that SETTINGS names."""

import os
import sys

from modules.support import fast_synth
from stacks.settings import Settings, SettingsError


def main() -> int:
    """Write the Terraform. Returns 2 when the settings are wrong, 1 when the storefront is not built."""
    try:
        settings = Settings.load(os.environ.get("SETTINGS", "settings/local.toml"))
        fast_synth.enable()
        from stacks.app import synthesize  # after fast_synth, since it imports CDKTF

        synthesize(settings)
    except (SettingsError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, SettingsError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
