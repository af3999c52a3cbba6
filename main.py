"""Settings in, Terraform out: one global stack, one stack a region, one edge stack over them all."""
# ruff: noqa: E402  what is imported when is a third of the time

import gc

gc.disable()  # the process ends before what it could collect is worth the search

import os
import sys
from functools import partial

import stacks.aws  # noqa: F401  Node starts beside what follows
from stacks.node import ask_ahead
from stacks.settings import Settings, SettingsError


def main() -> int:
    """Synthesize the environment whose file SETTINGS names.

    Returns 2 if that file is wrong, 1 if the storefront has not been built, each with what to do about it.
    """
    try:
        settings = Settings.load(os.environ.get("SETTINGS", "settings/local.toml"))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    from stacks.app import synthesize  # loads CDKTF, which a wrong file need not wait for

    try:
        ask_ahead(partial(synthesize, settings))
    except FileNotFoundError as missing:
        print(missing, file=sys.stderr)
        return 1
    gc.freeze()  # nor before it ends, which searches once more
    return 0


if __name__ == "__main__":
    sys.exit(main())
