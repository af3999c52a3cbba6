from pathlib import Path

import pytest

from localcloud.layout import Layout
from tests.support.ports import free_base


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """Ports and a folder that no other local cloud uses."""
    return Layout(free_base(), tmp_path / "local")
