from collections.abc import Iterator

import pytest

from tests.support.emulator import REGIONS, Emulator, running


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with running(tmp_path_factory.mktemp("ministack")) as emulator:
        yield emulator


@pytest.fixture
def emulator(shared: Emulator) -> Iterator[Emulator]:
    """An emulator with an empty global table in three regions and replication running."""
    shared.make_global_table(*REGIONS)
    yield shared
    shared.catch_up()
    shared.drop_table(*REGIONS)
