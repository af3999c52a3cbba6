"""A second deployment in the running local cloud."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from localcloud.account_defaults import create_managed_keys
from ops.commands.destroy import destroy
from ops.deployment import Deployment, terraform_outputs
from ops.rollout import deploy_stacks
from ops.state_buckets import ensure_state_bucket
from ops.synthesis import synthesize
from ops.teardown.leftovers import has_state_bucket
from stacks.settings import Settings
from tests.support.cloud import Cloud
from tests.support.waiting import TIMEOUT_SECONDS

SUCCESS = "success"
ENVIRONMENT = """
environment = "many"
domain = "many.example"
regions = {regions}
log_retention_days = 7
[state]
backend = "s3"
bucket_prefix = "bookstore-many-state"
[features]
storefront = {storefront}
blog = false
"""


class Environment:
    """A second deployment in the running local cloud."""

    def __init__(self, folder: Path, aws: str, *, storefront: bool = False) -> None:
        self._folder = folder
        self.aws = aws
        """Address of the emulator."""
        self._storefront = str(storefront).lower()

    def deploy(self, regions: tuple[str, ...]) -> Deployment:
        """Deploy it in these regions."""
        file = self.file(regions)
        settings = Settings.load(file)
        for region in regions:
            ensure_state_bucket(settings.state_bucket(region), region, tags=settings.all_tags)
        log = self._folder / "deploy.log"
        synthesize(file, log)
        deploy_stacks(settings, console=Console(quiet=True), log=log, at_once=True)
        return Deployment.of(settings, terraform_outputs(settings))

    def file(self, regions: tuple[str, ...]) -> Path:
        """The settings for these regions."""
        file = self._folder / f"{len(regions)}-regions.toml"
        file.write_text(ENVIRONMENT.format(regions=list(regions), storefront=self._storefront))
        return file

    def answer(self, api_id: str, path: str) -> httpx.Response:
        """The response of a region's API, by the address that the emulator always serves."""
        host = f"{api_id}.execute-api.localhost"
        return httpx.get(f"{self.aws}/live{path}", headers={"Host": host}, timeout=TIMEOUT_SECONDS)

    @contextmanager
    def shoppers(self, deployment: Deployment) -> Iterator[Counter[str]]:
        """Send requests to every region until the body ends; counts responses by status, with the text of a failure."""
        answers: Counter[str] = Counter()
        over = threading.Event()

        def ask() -> None:
            while not over.wait(0.5):
                for region in deployment.regions.values():
                    answer = self.answer(region.api_id, "/health")
                    answers[SUCCESS if answer.is_success else f"{answer.status_code} {answer.text}"] += 1

        shopper = threading.Thread(target=ask)
        shopper.start()
        try:
            yield answers
        finally:
            over.set()
            shopper.join()


@contextmanager
def running_environment(
    cloud: Cloud,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    regions: tuple[str, ...],
    storefront: bool = False,
) -> Iterator[Environment]:
    """An environment that is destroyed afterwards, in those of `regions` where it was deployed."""
    monkeypatch.setenv("CDKTF_OUTDIR", str(folder / "cdktf.out"))
    create_managed_keys(regions)
    environment = Environment(folder, cloud.endpoints["aws_endpoint"], storefront=storefront)
    yield environment
    settings = Settings.load(environment.file(regions))
    if left := tuple(region for region in settings.regions if has_state_bucket(settings, region)):
        destroy(environment.file(left), confirm=settings.name)
