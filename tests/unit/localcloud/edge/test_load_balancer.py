"""The local load balancer matches paths like ALB: undecoded, case-sensitive, without merging slashes."""

import pytest

from localcloud.edge.load_balancer import CLOSED, is_closed
from modules.blog.balancer import CLOSED_PATHS


def test_closed_patterns_are_those_of_aws() -> None:
    assert set(CLOSED) == set(CLOSED_PATHS)


@pytest.mark.parametrize(
    ("path", "refused"),
    [
        ("/wp-admin/load-scripts.php?c=0", True),
        ("/wp-login.php", True),
        ("//wp-admin/load-scripts.php", False),
        ("/%77p-admin/load-scripts.php", False),
        ("/WP-ADMIN/", False),
        ("/wp-login.php/x", False),
    ],
)
def test_closed_path_evades_patterns_as_on_aws(path: str, refused: bool) -> None:
    assert is_closed(path) is refused
