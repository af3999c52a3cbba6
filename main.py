"""Settings in, Terraform out: one global stack, one stack a region, one edge stack over them all."""

import os
import sys

from stacks.settings import Settings, SettingsError


def main() -> int:
    """Synthesize the environment whose file SETTINGS names; returns 2 if that file is wrong."""
    try:
        settings = Settings.load(os.environ.get("SETTINGS", "settings/local.toml"))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    from stacks.shop import synthesize  # loads CDKTF, which a wrong file need not wait for

    synthesize(settings)
    return 0


if __name__ == "__main__":
    sys.exit(main())
