"""Settings in, Terraform out: one global stack, one stack a region, one edge stack over them all."""

import gc
import os
import sys

import stacks.aws  # noqa: F401  first: Node starts beside it

from stacks.settings import Settings, SettingsError  # isort: skip


def main() -> int:
    """Synthesize the environment whose file SETTINGS names.

    Returns 2 if that file is wrong, 1 if the storefront has not been built, each with what to do about it.
    """
    try:
        settings = Settings.load(os.environ.get("SETTINGS", "settings/local.toml"))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    gc.disable()  # the process ends before what it could collect is worth the search
    from stacks.shop import synthesize  # loads CDKTF, which a wrong file need not wait for

    try:
        synthesize(settings)
    except FileNotFoundError as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
