import shutil
from collections.abc import Callable, Iterator
from functools import cache
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.support.planning import Changes, Secrets, plan
from tests.support.synthesis import Shop

Planner = Callable[[Shop, str, Path], Changes]


@pytest.fixture(scope="session")
def secrets() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Secrets) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def planned(secrets: str, tmp_path_factory: pytest.TempPathFactory) -> Planner:
    """Return a function that plans a stack; the same stack in the same folder is planned once."""

    @cache
    def planned(of_folder: Path, short_name: str) -> Changes:
        of = shops[of_folder]
        folder = tmp_path_factory.mktemp(short_name)
        shutil.copytree(of_folder / "stacks" / f"{of.name}-{short_name}", folder, dirs_exist_ok=True)
        return plan(folder, of, of[short_name], secrets)

    shops: dict[Path, Shop] = {}

    def of_shop(of: Shop, short_name: str, folder: Path) -> Changes:
        shops[folder] = of
        return planned(folder, short_name)

    return of_shop
