"""Plug-ins that need no database: who is signed in, and how old a feed is."""

import pytest

from tests.support.php import HOOKS, PLUGINS, answer, needs_php

pytestmark = needs_php

DUE = "2026-11-30 09:00:00"
DATABASE = """
final class Database {
    public string $posts = 'wp_posts';
    public function __construct(private ?string $due) {}
    public function prepare($query, $values) { return $query; }
    public function get_var($query) { return str_contains($query, "post_status = 'future'") ? $this->due : null; }
}
function get_post_types($query) { return array('post' => 'post', 'page' => 'page'); }
function get_date_from_gmt($date) { return "local $date"; }
"""


@pytest.mark.parametrize(
    ("address", "user"), [("203.0.113.7", 5), ("198.51.100.1", False), ("203.0.113.7, 198.51.100.1", False)]
)
def test_only_editors_addresses_are_signed_in(address: str, user: object) -> None:
    found = answer(
        "Bookstore_Access",
        f"require '{PLUGINS}/access.php'; return apply_filters('determine_current_user', 5);",
        before=f"{HOOKS} const BOOKSTORE_ADMIN_ADDRESSES = '203.0.113.7/32';"
        "$_SERVER['HTTP_X_FORWARDED_FOR'] = $given['address'];",
        address=address,
    )
    assert found == user


@pytest.mark.parametrize(
    ("published", "due", "timezone", "modified"),
    [
        ("2026-11-29 12:00:00", DUE, "GMT", DUE),
        ("2026-12-01 12:00:00", DUE, "GMT", "2026-12-01 12:00:00"),
        ("2026-11-29 12:00:00", None, "GMT", "2026-11-29 12:00:00"),
        (False, DUE, "server", DUE),
        (False, None, "GMT", False),
        ("2026-11-29 12:00:00", DUE, "blog", f"local {DUE}"),
    ],
)
@pytest.mark.parametrize("post_type", ["any", "post"])
def test_due_post_renews_feed(
    published: str | bool, due: str | None, timezone: str, modified: str | bool, post_type: str
) -> None:
    found = answer(
        "Bookstore_Access",
        f"global $wpdb; $wpdb = new Database($given['due']); require '{PLUGINS}/books.php';"
        "return apply_filters('get_lastpostmodified', ...$given['filtered']);",
        before=f"{HOOKS} {DATABASE}",
        due=due,
        filtered=[published, timezone, post_type],
    )
    assert found == modified
