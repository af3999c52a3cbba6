"""Reads a settings file and the environment variables that override it."""

import os
import tomllib
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError as SourceError

from stacks.settings.errors import SettingsError, describe


class SettingsFile(BaseSettings):
    """Base of a model that is read from TOML. `BOOKSTORE_...` variables override the file.

    `__` separates the parts of a name (`BOOKSTORE_ROUTING__POLICY=failover`). Lists and tables are JSON
    (`BOOKSTORE_REGIONS`, `BOOKSTORE_LOCAL`).
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="BOOKSTORE_", env_nested_delimiter="__", env_ignore_empty=True
    )

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read the file at `path`, then the environment.

        Raises:
            SettingsError: the file is missing, is not TOML, or has values that are not allowed.
        """
        path = Path(path)
        values = _read_toml(path)
        if unknown := cls._unknown_variables():
            names = ", ".join(sorted(cls.model_fields))
            raise SettingsError(
                path, [f"{name} in the environment is no setting: use one of {names}" for name in unknown]
            )
        try:
            return cls(**values)
        except ValidationError as error:
            raise SettingsError(path, [describe(mistake) for mistake in error.errors()]) from error
        except SourceError as error:
            raise SettingsError(
                path, [f"a BOOKSTORE_ environment variable that overrides it is not valid JSON: {error}"]
            ) from error

    @classmethod
    def _unknown_variables(cls) -> list[str]:
        """The `BOOKSTORE_` variables that name no setting, which pydantic-settings ignores at the top level."""
        prefix = cls.model_config["env_prefix"]
        return sorted(
            name
            for name in os.environ
            if name.upper().startswith(prefix)
            and name[len(prefix) :].partition("__")[0].lower() not in cls.model_fields
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order the sources: the environment overrides the file, whose values are the constructor's."""
        return env_settings, init_settings


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        # Editors on Windows begin a file with a byte order mark, which tomllib refuses.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(path, [f"cannot be read: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(path, [f"is not TOML: {error}"]) from error
