"""Blog paths and methods that anonymous users must not reach, in every region."""

import pytest

from tests.support.blog_reader import Reader

pytestmark = pytest.mark.blog

CLOSED = (
    "/wp-admin/",
    "/wp-admin/index.php",
    "/wp-admin/admin-ajax.php?action=heartbeat",
    "/wp-admin/install.php",
    "/wp-admin/setup-config.php",
    "//wp-admin/",
    "/WP-ADMIN/",
    "/%77p-admin/",
    "/wp-admin/load-scripts.php?load=jquery-core",
    "//wp-admin/load-scripts.php?load=jquery-core",
    "/%77p-admin/load-styles.php?load=common",
    "/wp-json/wp/v2/posts?_jsonp=run",
    "/wp-json/wp/v2/posts?_method=DELETE",
    "/?rest_route=/wp/v2/posts&_jsonp=run",
    "/wp-login.php",
    "//wp-login.php",
    "/wp-login.php?action=register",
    "/wp-login.php/anything",
    "/xmlrpc.php",
    "//xmlrpc.php",
    "/%78mlrpc.php",
    "/xmlrpc.php?rsd",
    "/wp-cron.php?doing_wp_cron",
    "/wp-trackback.php",
    "/wp-mail.php",
    "/wp-signup.php",
    "/?author=1",
    "/?author=2",
    "/index.php?author=1",
    "/?author[]=1",
    "/?author_name=shopkeeper",
    "/author/shopkeeper/",
    "/wp-json/wp/v2/users",
    "/wp-json/wp/v2/users/1",
    "/wp-json/wp/v2/users/me",
    "/?rest_route=/wp/v2/users",
    "/index.php?rest_route=/wp/v2/users/1",
    "/wp-json/wp/v2/settings",
    "/wp-json/wp/v2/plugins",
    "/wp-json/wp/v2/comments",
    "/wp-json/oembed/1.0/embed?url=http://127.0.0.1/",
    "/wp-sitemap-users-1.xml",
    "/wp-content/",
    "/wp-content/uploads/",
    "/wp-content/mu-plugins/",
    "/wp-content/mu-plugins/access.php",
    "/wp-content/db.php",
    "/wp-includes/",
    "/wp-includes/version.php",
    "/wp-config.php",
    "/wp-load.php",
    "/wp-settings.php",
    "/wp-config.php.bak",
    "/wp-config.php~",
    "/wp-config-sample.php",
    "/readme.html",
    "/license.txt",
    "/.git/config",
    "/.env",
    "/bin/import.php",
    "/content/",
    "/../../../../etc/passwd",
    "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/media/../../wp-config.php",
)

INJECTIONS = (
    "' OR '1'='1",
    "' UNION SELECT user_login, user_pass FROM wp_users -- ",
    "1 AND SLEEP(9)",
    "1' AND SLEEP(9) AND '1'='1",
    "1; DROP TABLE wp_posts; --",
    "\\' OR 1=1 #",
    "1 OR (SELECT COUNT(*) FROM information_schema.tables) > 0",
    "%27%20OR%201=1",
    "0x31 UNION ALL SELECT NULL,@@version",
    "') OR EXTRACTVALUE(1, CONCAT(0x7e, VERSION())) -- ",
)
INJECTED = (
    "/?s={}",
    "/?p={}",
    "/?cat={}",
    "/?tag={}",
    "/?m={}",
    "/?orderby={}",
    "/wp-json/wp/v2/posts?search={}",
    "/wp-json/wp/v2/posts?slug={}",
    "/wp-json/wp/v2/posts?book={}",
    "/wp-json/wp/v2/posts?categories={}",
    "/wp-json/wp/v2/posts?orderby={}",
    "/wp-json/wp/v2/posts?include={}",
)
TELLING = (
    "sql syntax",
    "mysqli",
    "mariadb",
    "wpdb",
    "shopkeeper",
    "fatal error",
    "warning:",
    "stack trace",
    "$p$",
    "$wp$",
)
"""Text that a response contains if an injection succeeds."""


@pytest.mark.parametrize("path", CLOSED)
def test_blog_private_path_is_denied(readers: dict[str, Reader], path: str) -> None:
    for reader in readers.values():
        answer = reader.get(path)
        assert answer.status_code in (400, 401, 403, 404, 405), (
            answer.status_code,
            answer.headers.get("location"),
        )
        assert "location" not in answer.headers
        assert "index of /" not in answer.text.lower()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path", ["/", "/wp-json/wp/v2/posts", "/wp-json/wp/v2/posts/1", "/wp-comments-post.php"]
)
def test_anonymous_write_is_denied(readers: dict[str, Reader], method: str, path: str) -> None:
    for reader in readers.values():
        assert reader.send(method, path, '{"title": "mine"}').status_code in (403, 405)


@pytest.mark.parametrize("where", INJECTED)
def test_injections_find_nothing(readers: dict[str, Reader], where: str) -> None:
    for reader in readers.values():
        before = reader.slugs()
        for injection in INJECTIONS:
            answer = reader.get(where.format(injection.replace("#", "%23").replace("&", "%26")))
            assert answer.status_code < 500, injection
            found = [word for word in TELLING if word in answer.text.lower()]
            assert not found, (injection, found)
            assert answer.elapsed.total_seconds() < 9, f"{injection} slept"
        assert reader.slugs() == before


def test_login_names_are_not_exposed(readers: dict[str, Reader]) -> None:
    pages = (
        "/",
        "/bread-is-a-clock/",
        "/feed/",
        "/wp-json/",
        "/wp-json/wp/v2/posts?_embed",
        "/wp-sitemap.xml",
    )
    for reader in readers.values():
        for page in pages:
            text = reader.get(page).text
            assert "shopkeeper" not in text
            assert "desk-" not in text


def test_software_version_is_not_exposed(anyone: Reader) -> None:
    answer = anyone.get("/")
    assert not {"x-powered-by", "x-pingback"} & {name.lower() for name in answer.headers}
    assert 'name="generator"' not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("forged", ["203.0.113.7", "10.0.0.1", "127.0.0.1, 127.0.0.1"])
def test_forged_client_address_is_ignored(readers: dict[str, Reader], forged: str) -> None:
    """The doubled slash evades the balancer's rule, so WordPress decides by the address that the balancer appended."""
    for reader in readers.values():
        answer = reader.send(
            "GET", "//wp-login.php", headers={"X-Forwarded-For": forged, "X-Real-IP": forged}
        )
        assert answer.status_code == 403
