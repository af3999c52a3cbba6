"""Imported before every test module."""

import contextlib
import os
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings

from localcloud.environment import without_proxy
from modules.support import fast_synth
from ops import provider_mirror
from ops.terraform.process import ENVIRONMENT
from tests.support.size import FULL_SIZE

fast_synth.enable()
os.environ.update(without_proxy(os.environ))

# The duration of an example depends on the machine's load, not on the code.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")


def pytest_configure(config: pytest.Config) -> None:
    """Make a folder that all processes of this run share, so that none synthesizes what another one has."""
    if "TEST_RUN_FOLDER" not in os.environ:
        folder = TemporaryDirectory(prefix="test-run-")
        config.add_cleanup(folder.cleanup)
        os.environ["TEST_RUN_FOLDER"] = folder.name


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests marked `full_size`, unless TEST_SIZE is "full"."""
    if FULL_SIZE:
        return
    full_size = [item for item in items if item.get_closest_marker("full_size")]
    if full_size:
        config.hook.pytest_deselected(items=full_size)
        items[:] = [item for item in items if item not in full_size]


@pytest.fixture(scope="session", autouse=True)
def terraform_environment() -> None:
    """Let Terraform run as the commands run it, and find the provider where they do. Some tests need none."""
    os.environ.update(ENVIRONMENT)
    with contextlib.suppress(provider_mirror.ProviderUnavailableError):
        provider_mirror.use()
