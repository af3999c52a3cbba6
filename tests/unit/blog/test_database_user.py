"""WordPress's database user has only the privileges that WordPress needs."""

import subprocess

import pytest

from tests.support.php import answer, needs_php

pytestmark = needs_php
STATEMENTS = (
    "return Bookstore_Database_User::statements($given['user'], $given['password'], $given['database']);"
)


def statements(**changes: str) -> list[str]:
    given = {"user": "wordpress", "password": "word", "database": "wordpress", **changes}
    found: list[str] = answer("Bookstore_Database_User", STATEMENTS, **given)
    return found


def test_user_has_privileges_on_one_database() -> None:
    *_, grant = statements()
    privileges, target = grant.removeprefix("GRANT ").split(" ON ")
    assert target == "`wordpress`.* TO 'wordpress'@'%'"
    assert not {"ALL", "ALL PRIVILEGES", "SUPER", "FILE", "GRANT OPTION", "CREATE USER"} & set(
        privileges.split(", ")
    )


def test_repeated_run_sets_current_password() -> None:
    create, alter, _ = statements(password="next")
    assert "IF NOT EXISTS" in create
    assert alter.endswith("IDENTIFIED BY 'next'")


@pytest.mark.parametrize("name", ["user", "password", "database"])
def test_value_that_needs_escaping_is_refused(name: str) -> None:
    with pytest.raises(AssertionError, match="letters, digits and underscores only"):
        statements(**{name: "x' OR '1"})


def test_script_parses() -> None:
    done = subprocess.run(["php", "-l", "blog/bin/database-user.php"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
