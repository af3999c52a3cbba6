"""The delivery pipeline, with `features.delivery`."""

from constructs import Construct

from modules.delivery import CodeCommit, Delivery, DeliveryOptions, GitHub, Site
from stacks.settings import Settings


def add_pipeline(scope: Construct, settings: Settings, site: Site) -> None:
    """Add a pipeline that builds the storefront and writes it to `site`."""
    chosen = settings.delivery
    source = GitHub if chosen.source == "github" else CodeCommit
    Delivery(
        scope,
        "delivery",
        name=settings.name,
        source=source(chosen.repository or settings.project, chosen.branch),
        site=site,
        options=DeliveryOptions(
            emails=settings.observability.emails, log_retention_days=settings.log_retention_days
        ),
    )
