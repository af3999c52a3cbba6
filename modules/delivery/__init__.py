"""A CodePipeline that tests, builds and deploys the storefront."""

from modules.delivery.builds import Site
from modules.delivery.pipeline import Delivery, DeliveryOptions
from modules.delivery.source import CodeCommit, GitHub, Source

__all__ = ["CodeCommit", "Delivery", "DeliveryOptions", "GitHub", "Site", "Source"]
